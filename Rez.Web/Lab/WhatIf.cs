using Rez.Core;
using Rez.Core.Agent.Loop;
using Rez.Core.Configuration;
using Rez.Core.Cycle;
using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Diary.Storage;
using Rez.Core.Replay;
using Rez.Core.Session;
using Rez.Web.Live;

namespace Rez.Web.Lab;

/// <summary>A stored cycle again: bit for bit, or asked anew with other words or another model. Nothing of it is ever sent to the exchange; what a model costs counts toward its budgets.</summary>
public sealed class WhatIf(Func<RezOptions> options, Func<HttpMessageHandler> handlers, string version, ITradingSession session, Views views, DiaryStore diary, TimeProvider wall)
{
    /// <summary>What an admission of other words is limited to.</summary>
    public const int LongestWords = 2_000;

    private static readonly TimeSpan Farthest = TimeSpan.FromHours(24);

    /// <summary>Runs the cycle again from its capsule and compares the hash.</summary>
    public async Task<Outcome<ReplayedCycle>> ReplayAsync(string cycle, CancellationToken cancel)
    {
        var stored = await ReadAsync(cycle, cancel);
        return stored.Ok ? await CycleReplay.RunAsync(stored.Value.Capsule, stored.Value.Hash, Deciders.Rule, cancel) : stored.Rejection;
    }

    /// <param name="cycle">Id, or null for the newest.</param>
    /// <param name="model">Another model at the same endpoint; null for the one that is set.</param>
    /// <param name="words">Added to the strategy's words; empty for none.</param>
    public async Task<Outcome<OtherDecision>> AskAsync(string? cycle, string? model, string words, CancellationToken cancel)
    {
        if (words.Length > LongestWords || model?.Length > 200)
        {
            return new Rejection("too-long", $"At most {LongestWords} characters.");
        }

        if (session.Decider is AgentDecider agent && agent.Costs.Spent(session.Now) is { } spent)
        {
            return new Rejection("budget", $"The model's budget is used up: {spent}.");
        }

        var id = cycle ?? (await views.CyclesAsync(20, null, cancel)).FirstOrDefault(c => c.CapsuleHash is not null)?.Id;
        if (id is null)
        {
            return new Rejection("no-cycle", "There is no cycle yet.");
        }

        var stored = await ReadAsync(id, cancel);
        var o = With(model);
        var prompts = Deciders.Prompts(o).Current();
        if (!stored.Ok || !prompts.Ok)
        {
            return stored.Ok ? prompts.Rejection : stored.Rejection;
        }

        var set = words.Trim().Length == 0 ? prompts.Value : prompts.Value with { Strategy = $"{prompts.Value.Strategy}\n\nWhat if:\n{words.Trim()}\n" };

        // Only what has come: what a generated market would still bring is nobody's business.
        var since = session.Now - stored.Value.Capsule.At;
        var another = new AnotherDecision(o, World(), handlers, wall, version);
        var asked = await another.AskAsync(stored.Value.Capsule, set, since < Farthest ? since : Farthest, o.Demo.Candles.Length > 0 && o.Trading.Mode == TradingMode.Demo ? o.Demo.Candles : null, cancel);
        if (asked.Ok)
        {
            var (u, at) = (asked.Value.Usage, session.Now);
            (session.Decider as AgentDecider)?.Costs.Spend(u.CostUsd ?? 0, at);
            diary.Append(new AgentSpent($"what-if {o.Model.Name}", u.Prompt, u.Cached, u.Completion, u.CostUsd ?? 0, at.ToUnixTimeMilliseconds()), id);
            await diary.FlushAsync();
        }

        return asked;
    }

    private string World()
    {
        using var db = views.Open();
        return DiaryQueries.Session(db)?.World ?? session.World;
    }

    private RezOptions With(string? model)
    {
        var o = SettingEffects.Under(options(), options());
        o.Model.Name = string.IsNullOrWhiteSpace(model) ? o.Model.Name : model.Trim();
        return o;
    }

    private async Task<Outcome<(CycleCapsule Capsule, string Hash)>> ReadAsync(string cycle, CancellationToken cancel)
    {
        if (await views.CycleAsync(cycle, cancel) is not { Capsule: { } record } || DiaryTypes.Read(record.Type, record.Version, record.Payload.Span) is not { Ok: true, Value: CapsuleSealed seal })
        {
            return new Rejection("no-cycle", $"The diary holds no capsule of cycle {cycle}.");
        }

        var read = CapsuleReading.Read(seal.Capsule.Utf8);
        return read.Ok ? (read.Value, seal.Hash) : read.Rejection;
    }
}
