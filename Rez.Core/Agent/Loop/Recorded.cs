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
