using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using Rez.Core.Trading;

namespace Rez.Core.Risk;

public enum VerdictKind
{
    Approve,
    Clamp,
    Reject,
}

/// <summary>What one layer said of a proposal. An approval holds numbers only, so that making one allocates nothing; its sentence is made when it is read.</summary>
public readonly record struct Verdict
{
    public const string Ok = "ok";

    private readonly string? _message;

    /// <param name="message">A sentence for people; null where the numbers say it all.</param>
    [JsonConstructor]
    public Verdict(string layer, VerdictKind kind, string code, string? message = null, decimal? before = null, decimal? after = null, decimal? used = null, decimal? limit = null)
    {
        (Layer, Kind, Code, _message, Before, After, Used, Limit) = (layer, kind, code, message, before, after, used, limit);
    }

    /// <summary>Name of the layer.</summary>
    public string Layer { get; }

    public VerdictKind Kind { get; }

    /// <summary>Stable reason code; <c>ok</c> on a plain approval.</summary>
    public string Code { get; }

    public string Message => _message ?? (Limit is { } limit && Used is { } used ? string.Create(CultureInfo.InvariantCulture, $"{used:0.####} where the limit is {limit:0.####}.") : "Nothing stands against it.");

    /// <summary>What was asked, where something was clamped or refused by a number.</summary>
    public decimal? Before { get; }

    /// <summary>What is left of it.</summary>
    public decimal? After { get; }

    /// <summary>What would be used of the limit, or what it was compared with.</summary>
    public decimal? Used { get; }

    public decimal? Limit { get; }

    public static Verdict Approve(string layer, decimal? used = null, decimal? limit = null, string code = Ok) => new(layer, VerdictKind.Approve, code, used: used, limit: limit);

    public static Verdict Reject(string layer, string code, string message, decimal? used = null, decimal? limit = null) => new(layer, VerdictKind.Reject, code, message, used: used, limit: limit);
}

/// <summary>An entry as asked for: by a decider or a person.</summary>
/// <param name="SizeUsd">Notional, USD.</param>
/// <param name="Confidence">0 to 100.</param>
/// <param name="Reason">Why, in the asker's words.</param>
public sealed record EntryRequest(
    string Asset, Direction Direction, decimal SizeUsd, int Leverage, decimal? Stop, decimal? Target, int Confidence, string Reason);

/// <summary>The story of one proposal at the gate: asked → gated. <see cref="Approved"/> is null when any layer rejected.</summary>
public sealed record Adjudication(EntryRequest Asked, ImmutableArray<Verdict> Verdicts, ApprovedEntry? Approved)
{
    public Verdict? FirstRejection
    {
        get
        {
            foreach (var verdict in Verdicts)
            {
                if (verdict.Kind == VerdictKind.Reject)
                {
                    return verdict;
                }
            }

            return null;
        }
    }
}
