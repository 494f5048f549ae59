using System.Collections.Immutable;
using Rez.Core.Agent.Model;

namespace Rez.Core.Agent.Loop;

/// <summary>A model that says again what it said once, turn by turn, and ends as that conversation ended.</summary>
public sealed class RecordedModel(AgentRecord record) : IModel
{
    private int _next;

    public string Name => record.Parameters;

    public ValueTask<Outcome<ChatAnswer>> AskAsync(ChatRequest request, Action<string>? told, CancellationToken cancel)
    {
        if (_next >= record.Turns.Length)
        {
            return new(new Rejection("recorded-end", record.Ended ?? "The recorded conversation ends here."));
        }

        var turn = record.Turns[_next++];
        told?.Invoke(turn.Text);
        return new(new ChatAnswer(turn.Text, [.. turn.Tools.Select((t, i) => new ToolCall($"call_{i}", t.Name, t.Arguments))], turn.Usage, turn.Model, turn.Finish, 0));
    }
}

/// <summary>Tools that answer what they answered once; anything else can't be looked up any more.</summary>
public sealed class RecordedTools(AgentRecord record, ImmutableArray<ToolDescription> descriptions) : IAgentTools
{
    private readonly List<ToolTurn> _left = [.. record.Turns.SelectMany(t => t.Tools)];

    public ImmutableArray<ToolDescription> Descriptions => descriptions;

    public ValueTask<string> CallAsync(ToolCall call, DecisionContext context, CancellationToken cancel)
    {
        lock (_left)
        {
            var at = _left.FindIndex(t => t.Name == call.Name && t.Arguments == call.Arguments);
            if (at < 0)
            {
                return new("{\"error\":\"this was not looked up when the cycle ran and can't be now\"}");
            }

            var found = _left[at];

            // The same call twice may have been answered differently: in order, the last one stays.
            if (_left.FindLastIndex(t => t.Name == call.Name && t.Arguments == call.Arguments) > at)
            {
                _left.RemoveAt(at);
            }

            return new(found.Result);
        }
    }
}

/// <summary>Holds a recorded conversation again: with what was said then, or with another model or prompt.</summary>
public static class AgentReplay
{
    /// <summary>The decision that follows from the recorded answers, without any model.</summary>
    public static async ValueTask<Decision> RepeatAsync(AgentRecord record, string decider, DecisionContext context, CancellationToken cancel)
    {
        var opening = new Opening(record.System, record.PromptDigest, record.Payload, record.PayloadHash);
        var talk = new Conversation(
            new RecordedModel(record), new RecordedTools(record, AgentTools.All), new PriceTable([], 0, 0), record.Bounds, record.Parameters, context, opening, _ => { });
        await talk.RunAsync(cancel);
        return talk.Result(decider);
    }

    /// <summary>What another model, or the same one with other words, says to the same state. It can look up what was looked up then.</summary>
    /// <param name="record">Null when no model decided then: nothing was looked up.</param>
    public static async ValueTask<Decision> AskAnotherAsync(
        IModel model, Model.ModelOptions options, Opening opening, AgentRecord? record, DecisionContext context, TimeProvider wall, CancellationToken cancel)
    {
        IAgentTools tools = new RecordedTools(record ?? new AgentRecord(string.Empty, AgentBounds.Of(options), string.Empty, string.Empty, string.Empty, string.Empty, [], [], TokenUsage.None, null), AgentTools.All);
        var talk = new Conversation(model, tools, PriceTable.Of(options), AgentBounds.Of(options), AgentDecider.Parameters(options), context, opening, _ => { });
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(options.CycleSeconds), wall);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
        try
        {
            await talk.RunAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            talk.End($"the conversation took longer than {options.CycleSeconds} s");
        }

        return talk.Result($"agent {model.Name}");
    }
}
