using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Rez.Web.Components.Widgets;

/// <summary>A chart that a script of the console draws: made with the first rendering, drawn on after each, taken away with its page. Where it can't be drawn the page says why.</summary>
public abstract class ScriptedChart : ComponentBase, IAsyncDisposable
{
    private IJSObjectReference? _module;
    private IJSObjectReference? _chart;

    [Inject] private IJSRuntime Js { get; set; } = null!;

    /// <summary>Where it is drawn.</summary>
    protected ElementReference Element { get; set; }

    /// <summary>Why it can't be drawn, or null.</summary>
    protected string? Fault { get; private set; }

    /// <summary>Name of the script among the console's own.</summary>
    protected abstract string Script { get; }

    /// <summary>Brings the chart up to date.</summary>
    protected abstract Task DrawAsync(IJSObjectReference chart);

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        try
        {
            if (firstRender)
            {
                _module = await Js.InvokeAsync<IJSObjectReference>("import", "/_content/Rez.Web/" + Script);
                _chart = await _module.InvokeAsync<IJSObjectReference>("create", Element);
            }

            if (_chart is not null)
            {
                await DrawAsync(_chart);
            }
        }
        catch (JSDisconnectedException)
        {
            // The browser has gone: there is nothing to draw on.
            _chart = null;
        }
        catch (JSException e)
        {
            // Built without npm the library is missing, or the browser can't draw: what stands below tells the same.
            Fault = e.Message.Split('\n')[0];
            StateHasChanged();
        }
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        try
        {
            if (_chart is not null)
            {
                await _chart.InvokeVoidAsync("dispose");
                await _chart.DisposeAsync();
            }

            if (_module is not null)
            {
                await _module.DisposeAsync();
            }
        }
        catch (JSDisconnectedException)
        {
            // It went with its page.
            _chart = null;
        }
    }
}
