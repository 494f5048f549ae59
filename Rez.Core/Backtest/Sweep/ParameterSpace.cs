using System.Collections.Immutable;
using System.Globalization;
using Rez.Core.Market;
using Rez.Core.Strategies;

namespace Rez.Core.Backtest.Sweep;

/// <summary>Values of one parameter that are to be tried, rising.</summary>
public sealed record ParameterRange(StrategyParameter Parameter, ImmutableArray<double> Values);

/// <summary>All the sets of parameters that are to be tried: some parameters over ranges, the others as given.</summary>
public sealed class ParameterSpace
{
    private const int MostValues = 10_000;
    private readonly StrategyDefinition _strategy;
    private readonly ImmutableArray<string> _fixed;

    private ParameterSpace(StrategyDefinition strategy, ImmutableArray<ParameterRange> ranges, ImmutableArray<string> constants) => (_strategy, Ranges, _fixed) = (strategy, ranges, constants);

    public ImmutableArray<ParameterRange> Ranges { get; }

    /// <summary>How many combinations the grid has, those included that make no sense together.</summary>
    public long Size => Ranges.Aggregate(1L, (n, r) => n * r.Values.Length);

    /// <summary>Reads <c>NAME=FROM:TO:STEP</c> or <c>NAME=A,B,C</c> for what varies and <c>NAME=VALUE</c> for what does not.</summary>
    public static Outcome<ParameterSpace> Read(StrategyDefinition strategy, IEnumerable<string> ranges, IEnumerable<string> constants)
    {
        var read = ImmutableArray.CreateBuilder<ParameterRange>();
        foreach (var text in ranges)
        {
            var range = Range(strategy, text);
            if (!range.Ok)
            {
                return range.Rejection;
            }

            if (read.Any(r => r.Parameter.Name == range.Value.Parameter.Name))
            {
                return new Rejection("bad-range", $"--range: {range.Value.Parameter.Name} is there twice.");
            }

            read.Add(range.Value);
        }

        if (read.Count == 0)
        {
            return new Rejection("bad-range", $"--range is missing: what of {strategy.Name} is to vary? {string.Join(", ", strategy.Parameters.Select(p => p.Name))}.");
        }

        // Checked one by one: together with the defaults of the others a constant may make no sense that does so with the ranges.
        var fixedPairs = constants.ToImmutableArray();
        foreach (var pair in fixedPairs)
        {
            if ((strategy with { Check = null }).Read([pair]) is { Ok: false } wrong)
            {
                return wrong.Rejection;
            }

            if (read.Any(r => pair.StartsWith(r.Parameter.Name + "=", StringComparison.Ordinal)))
            {
                return new Rejection("bad-range", $"'{pair}' is given as a value and as a range.");
            }
        }

        return new ParameterSpace(strategy, read.ToImmutable(), fixedPairs);
    }

    /// <summary>Every combination, the last range fastest; null in place of those that make no sense together.</summary>
    public IEnumerable<StrategyValues?> Grid()
    {
        var at = new int[Ranges.Length];
        while (true)
        {
            yield return Values([.. at.Select((i, r) => Ranges[r].Values[i])]);
            var digit = Ranges.Length - 1;
            while (digit >= 0 && ++at[digit] == Ranges[digit].Values.Length)
            {
                at[digit--] = 0;
            }

            if (digit < 0)
            {
                yield break;
            }
        }
    }

    /// <summary>Different combinations drawn at random, at most so many; the same for a seed.</summary>
    public IEnumerable<StrategyValues> Draw(int count, ulong seed)
    {
        var random = SeededRandom.For(seed, "sweep");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var (drawn, tries) = (0, 0L); drawn < count && tries < 50L * count; tries++)
        {
            var values = Values([.. Ranges.Select(r => r.Values[(int)(random.NextUInt64() % (ulong)r.Values.Length)])]);
            if (values is not null && seen.Add(values.ToString()))
            {
                drawn++;
                yield return values;
            }
        }
    }

    /// <summary>The values nearest to a point of the unit cube, one coordinate a range; null when they make no sense together.</summary>
    public StrategyValues? At(ReadOnlySpan<double> point)
    {
        var values = new double[Ranges.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var all = Ranges[i].Values;
            values[i] = all[(int)Math.Round(Math.Clamp(point[i], 0, 1) * (all.Length - 1))];
        }

        return Values(values);
    }

    private StrategyValues? Values(ReadOnlySpan<double> values)
    {
        var pairs = new List<string>(_fixed);
        for (var i = 0; i < values.Length; i++)
        {
            pairs.Add(string.Create(CultureInfo.InvariantCulture, $"{Ranges[i].Parameter.Name}={values[i]}"));
        }

        var read = _strategy.Read(pairs);
        return read.Ok ? read.Value : null;
    }

    private static Outcome<ParameterRange> Range(StrategyDefinition strategy, string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? text : text[..equals];
        if (strategy.Parameters.FirstOrDefault(p => p.Name == name) is not { } parameter)
        {
            return new Rejection("unknown-parameter", $"--range: {strategy.Name} has no parameter '{name}'; it has {(strategy.Parameters.IsEmpty ? "none" : string.Join(", ", strategy.Parameters.Select(p => p.Name)))}.");
        }

        var body = equals < 0 ? string.Empty : text[(equals + 1)..];
        var values = body.Contains(':', StringComparison.Ordinal) ? Steps(body) : List(body);
        if (values is null || values.Count == 0)
        {
            return new Rejection("bad-range", $"--range: '{text}' is none; {name}=5:30:5 (from, to, step, from not above to) and {name}=5,10,20 are.");
        }

        var outside = values.Where(v => v < parameter.Least || v > parameter.Most || (parameter.IsWhole && v != Math.Floor(v))).ToArray();
        return outside.Length > 0
            ? new Rejection("bad-range", string.Create(CultureInfo.InvariantCulture, $"--range: {name} must be a {(parameter.IsWhole ? "whole " : string.Empty)}number from {parameter.Least} to {parameter.Most}; {outside[0]} is not."))
            : new ParameterRange(parameter, [.. values.Distinct().Order()]);
    }

    private static List<double>? Steps(string body)
    {
        var parts = body.Split(':');
        if (parts.Length != 3 || !Number(parts[0], out var from) || !Number(parts[1], out var to) || !Number(parts[2], out var step) || step <= 0 || from > to || (to - from) / step > MostValues)
        {
            return null;
        }

        // Counted, not added up: 0.1 ten times is not 1.
        var count = (int)Math.Floor(((to - from) / step) + 1e-9);
        return [.. Enumerable.Range(0, count + 1).Select(i => Math.Round(from + (i * step), 10))];
    }

    private static List<double>? List(string body)
    {
        var values = new List<double>();
        foreach (var part in body.Split(','))
        {
            if (!Number(part, out var value))
            {
                return null;
            }

            values.Add(value);
        }

        return values;
    }

    private static bool Number(string text, out double value) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
}
