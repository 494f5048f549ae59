using System.Collections.Immutable;
using Rez.Core.Agent.Model;
using Rez.Core.Agent.Reading;

namespace Rez.Core.Agent.Loop;

/// <summary>What a conversation starts from.</summary>
/// <param name="System">System message.</param>
/// <param name="Payload">User message.</param>
public sealed record Opening(string System, string PromptDigest, string Payload, string PayloadHash);

/// <summary>
/// One conversation with a model: turns with tool calls, within caps, one round of repair, and the answer read. The same opening with the same answers gives the same
/// decision and record, so that a recorded one can be held again.
/// </summary>
internal sealed class Conversation
{
    private const string LastWords = "You have used what this decision may use. Answer now, with the JSON object only.";
    private readonly IModel _model;
    private readonly IAgentTools _tools;
    private readonly PriceTable _prices;
    private readonly AgentBounds _bounds;
    private readonly DecisionContext _context;
    private readonly Opening _opening;
    private readonly string _parameters;
    private readonly Action<AgentMoment> _tell;
    private readonly List<ChatMessage> _messages = [];
    private readonly ImmutableArray<AgentTurn>.Builder _turns = ImmutableArray.CreateBuilder<AgentTurn>();
    private readonly List<double> _milliseconds = [];
    private readonly string[] _assets;
    private TokenUsage _usage = TokenUsage.None;
    private ReadAnswer? _answer;
    private string? _ended;
    private int _calls;

    public Conversation(IModel model, IAgentTools tools, PriceTable prices, AgentBounds bounds, string parameters, DecisionContext context, Opening opening, Action<AgentMoment> tell)
    {
        (_model, _tools, _prices, _bounds, _parameters, _context, _opening, _tell) = (model, tools, prices, bounds, parameters, context, opening, tell);
        _assets = [.. context.Assets.Select(a => a.Instrument.Asset)];
        _messages.Add(new ChatMessage("system", opening.System));
        _messages.Add(new ChatMessage("user", opening.Payload));
    }

    /// <summary>Cost so far, USD.</summary>
    public decimal CostUsd => _usage.CostUsd ?? 0;

    public void End(string why) => _ended ??= why;

    public async ValueTask RunAsync(CancellationToken cancel)
    {
        Tell(AgentMomentKind.Began, _opening.PayloadHash);
        var isRepaired = false;
        for (var turn = 1; ; turn++)
        {
            var isLast = turn > _bounds.Turns || _calls >= _bounds.ToolCalls || _usage.Total >= _bounds.Tokens;
            if (isLast && _turns.Count > 0 && _messages[^1].Content != LastWords)
            {
                Say(LastWords);
            }

            var asked = await _model.AskAsync(
                new ChatRequest([.. _messages], isLast ? [] : _tools.Descriptions, DecisionSchema.Element), text => Tell(AgentMomentKind.Said, text), cancel);
            if (!asked.Ok)
            {
                End(asked.Rejection.Message);
                return;
            }

            var said = asked.Value with { Usage = asked.Value.Usage with { CostUsd = _prices.CostOf(asked.Value.Model, asked.Value.Usage) } };
            _milliseconds.Add(said.Milliseconds);
            _usage = _usage.Plus(said.Usage);
            _messages.Add(new ChatMessage("assistant", said.Text, said.ToolCalls));
            if (!said.ToolCalls.IsDefaultOrEmpty && !isLast)
            {
                await LookUpAsync(said, cancel);
                continue;
            }

            _turns.Add(new AgentTurn(said.Model, said.Text, [], said.Usage, said.Finish));
            var read = DecisionReader.Read(said.Text, _assets);

            // What was valid in the first answer is not lost when the second one is worse.
            _answer = _answer is { } first && read.Items.IsEmpty && !first.Items.IsEmpty ? first : read;
            if (!read.NeedsRepair || isRepaired || isLast)
            {
                return;
            }

            isRepaired = true;
            Say($"Your answer could not be read in full: {string.Join(' ', read.Faults)} Answer again with the whole JSON object and nothing else.");
        }
    }

    public Decision Result(string decider)
    {
        var answer = _answer ?? new ReadAnswer($"No decision: {_ended ?? "the model never answered"}. Everything is held.", [], [], []);
        var record = new AgentRecord(
            _parameters, _bounds, _opening.PromptDigest, _opening.PayloadHash, _opening.System, _opening.Payload, _turns.ToImmutable(), answer.Dropped, _usage, _ended)
        {
            Milliseconds = [.. _milliseconds],
        };
        Tell(AgentMomentKind.Ended, _ended ?? answer.Reasoning);
        return new Decision(decider, answer.Reasoning, [.. answer.Items.Select(InUsd)]) { Record = record };
    }

    /// <summary>Calls of one turn run side by side; those beyond the cap are told so.</summary>
    private async ValueTask LookUpAsync(ChatAnswer said, CancellationToken cancel)
    {
        foreach (var call in said.ToolCalls)
        {
            Tell(AgentMomentKind.Called, call.Arguments, call.Name);
        }

        var results = await Task.WhenAll(said.ToolCalls.Select((call, i) => _calls + i < _bounds.ToolCalls
            ? _tools.CallAsync(call, _context, cancel).AsTask()
            : Task.FromResult("{\"error\":\"no more calls may be made in this decision\"}")));
        _calls += said.ToolCalls.Length;
        for (var i = 0; i < results.Length; i++)
        {
            _messages.Add(new ChatMessage("tool", results[i], CallId: said.ToolCalls[i].Id));
            Tell(AgentMomentKind.Answered, results[i], said.ToolCalls[i].Name);
        }

        _turns.Add(new AgentTurn(said.Model, said.Text, [.. said.ToolCalls.Select((c, i) => new ToolTurn(c.Name, c.Arguments, results[i]))], said.Usage, said.Finish));
    }

    private void Say(string words)
    {
        _messages.Add(new ChatMessage("user", words));
        Tell(AgentMomentKind.Told, words);
    }

    private void Tell(AgentMomentKind kind, string text, string? tool = null) => _tell(new AgentMoment(kind, _context.CycleId, _turns.Count + 1, text, tool));

    /// <summary>A size in base units is worth what the mark says.</summary>
    private DecisionItem InUsd(ReadItem read) => read.Quantity is { } quantity && _context.Assets.FirstOrDefault(a => a.Instrument.Asset == read.Item.Asset) is { } view
        ? read.Item with { SizeUsd = decimal.Round(quantity * view.Context.Mark, 2) }
        : read.Item;
}
