using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Rez.Core.Agent.Model;
using Rez.Core.Agent.Reading;

namespace Rez.Core.Agent.Loop;

/// <summary>A tool call with what was answered.</summary>
public sealed record ToolTurn(string Name, string Arguments, string Result);

/// <summary>One turn of the conversation: what the model said and asked for.</summary>
public sealed record AgentTurn(string Model, string Text, ImmutableArray<ToolTurn> Tools, TokenUsage Usage, string Finish);

/// <summary>The whole conversation of a cycle, as the capsule keeps it. Wall-clock time is no part of it.</summary>
public sealed record AgentRecord(
    string PromptDigest, string PayloadHash, string System, string Payload, ImmutableArray<AgentTurn> Turns, ImmutableArray<DroppedItem> Dropped, TokenUsage Usage, string? Ended);

/// <summary>
/// The agent: tells the model the state, lets it look things up, reads its answer, asks once for a mended one, and gives out what is valid. Whatever goes
/// wrong, or takes too long or too much, ends in what is valid or in holding everything.
/// </summary>
public sealed class AgentDecider(IModel model, AgentTools tools, ModelOptions options, string limits, CostMeter costs, TimeProvider wall) : IDecider
{
    private readonly IModel _model = model;
    private readonly AgentTools _tools = tools;
    private readonly ModelOptions _options = options;

    private const string LastWords = "You have used what this decision may use. Answer now, with the JSON object only.";

    public string Name => $"agent {_model.Name}";

    /// <summary>Pieces of text as they come in, for whoever looks on.</summary>
    public event Action<string>? Told;

    public async ValueTask<Outcome<Decision>> DecideAsync(DecisionContext context, CancellationToken cancel)
    {
        if (costs.Spent(context.At) is { } spent)
        {
            // Stops, targets and exit plans go on without it.
            return new Decision(Name, $"{spent}: positions are managed by their stops and exit plans, nothing is opened.", []);
        }

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(_options.CycleSeconds), wall);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
        var talk = new Talk(this, context, limits);
        try
        {
            await talk.RunAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            talk.End($"the conversation took longer than {_options.CycleSeconds} s");
        }

        costs.Spend(talk.CostUsd, context.At);
        return talk.Result();
    }

    private void Tell(string text) => Told?.Invoke(text);

    /// <summary>One conversation.</summary>
    private sealed class Talk
    {
        private readonly AgentDecider _agent;
        private readonly DecisionContext _context;
        private readonly List<ChatMessage> _messages = [];
        private readonly ImmutableArray<AgentTurn>.Builder _turns = ImmutableArray.CreateBuilder<AgentTurn>();
        private readonly string _payload;
        private readonly string _hash;
        private readonly string[] _assets;
        private TokenUsage _usage = TokenUsage.None;
        private ReadAnswer? _answer;
        private string? _ended;
        private int _calls;

        public Talk(AgentDecider agent, DecisionContext context, string limits)
        {
            _agent = agent;
            _context = context;
            _assets = [.. context.Assets.Select(a => a.Instrument.Asset)];
            (_payload, _hash) = ContextPayload.Build(context, limits);
            _messages.Add(new ChatMessage("system", DecisionSchema.SystemPrompt));
            _messages.Add(new ChatMessage("user", _payload));
        }

        /// <summary>As the endpoint told it, else by the price the settings name.</summary>
        public decimal CostUsd => _usage.CostUsd
            ?? ((_usage.Prompt * _agent._options.PromptUsdPerMillion) + (_usage.Completion * _agent._options.CompletionUsdPerMillion)) / 1_000_000m;

        public void End(string why) => _ended ??= why;

        public async ValueTask RunAsync(CancellationToken cancel)
        {
            var isRepaired = false;
            for (var turn = 1; ; turn++)
            {
                var isLast = turn > _agent._options.MaxTurns || _calls >= _agent._options.MaxToolCalls || _usage.Total >= _agent._options.MaxCycleTokens;
                if (isLast && _turns.Count > 0 && _messages[^1].Content != LastWords)
                {
                    _messages.Add(new ChatMessage("user", LastWords));
                }

                var asked = await _agent._model.AskAsync(
                    new ChatRequest([.. _messages], isLast ? [] : AgentTools.Descriptions, DecisionSchema.Element), _agent.Tell, cancel);
                if (!asked.Ok)
                {
                    End(asked.Rejection.Message);
                    return;
                }

                var said = asked.Value;
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
                _messages.Add(new ChatMessage("user", $"Your answer could not be read in full: {string.Join(' ', read.Faults)} Answer again with the whole JSON object and nothing else."));
            }
        }

        public Outcome<Decision> Result()
        {
            if (_answer is null && _turns.Count > 0)
            {
                _answer = new ReadAnswer($"No decision: {_ended ?? "the model never answered"}. Everything is held.", [], [], []);
            }

            if (_answer is not { } answer)
            {
                return new Rejection("no-answer", $"The model gave no decision: {_ended ?? "it never answered"}. Everything is held.");
            }

            var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(DecisionSchema.SystemPrompt)));
            var record = new AgentRecord(digest, _hash, DecisionSchema.SystemPrompt, _payload, _turns.ToImmutable(), answer.Dropped, _usage with { CostUsd = CostUsd }, _ended);
            return new Decision(_agent.Name, answer.Reasoning, [.. answer.Items.Select(InUsd)]) { Record = record };
        }

        /// <summary>Calls of one turn run side by side; those beyond the cap are told so.</summary>
        private async ValueTask LookUpAsync(ChatAnswer said, CancellationToken cancel)
        {
            var results = await Task.WhenAll(said.ToolCalls.Select((call, i) => _calls + i < _agent._options.MaxToolCalls
                ? _agent._tools.CallAsync(call, _context, cancel).AsTask()
                : Task.FromResult("{\"error\":\"no more calls may be made in this decision\"}")));
            _calls += said.ToolCalls.Length;
            for (var i = 0; i < results.Length; i++)
            {
                _messages.Add(new ChatMessage("tool", results[i], CallId: said.ToolCalls[i].Id));
            }

            _turns.Add(new AgentTurn(said.Model, said.Text, [.. said.ToolCalls.Select((c, i) => new ToolTurn(c.Name, c.Arguments, results[i]))], said.Usage, said.Finish));
        }

        /// <summary>A size in base units is worth what the mark says.</summary>
        private DecisionItem InUsd(ReadItem read) => read.Quantity is { } quantity && _context.Assets.FirstOrDefault(a => a.Instrument.Asset == read.Item.Asset) is { } view
            ? read.Item with { SizeUsd = decimal.Round(quantity * view.Context.Mark, 2) }
            : read.Item;
    }
}
