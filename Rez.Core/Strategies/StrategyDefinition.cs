using System.Collections.Immutable;
using System.Globalization;
using Rez.Core.Agent;

namespace Rez.Core.Strategies;

/// <summary>A number that a strategy can be tuned by.</summary>
/// <param name="IsWhole">Whether only whole numbers make sense.</param>
public sealed record StrategyParameter(string Name, double Default, double Least, double Most, string Description, bool IsWhole = true);

/// <summary>Values of a strategy's parameters, each within its range.</summary>
public sealed class StrategyValues(ImmutableDictionary<string, double> values)
{
    public double this[string name] => values[name];

    public int Whole(string name) => (int)values[name];

    /// <summary>In the order of their names: <c>fast=10 slow=20</c>.</summary>
    public override string ToString() => string.Join(' ', values.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => string.Create(CultureInfo.InvariantCulture, $"{v.Key}={v.Value}")));
}

/// <summary>A strategy as the catalogue knows it.</summary>
/// <param name="Rules">What it does, in a few sentences, with where that comes from.</param>
/// <param name="Needs">Indicators it reads, given its values.</param>
/// <param name="Check">What is wrong with the values taken together, or null.</param>
public sealed record StrategyDefinition(
    string Name, string Rules, ImmutableArray<StrategyParameter> Parameters, Func<StrategyValues, ImmutableArray<string>> Needs, Func<StrategyValues, IDecider> Create, Func<StrategyValues, string?>? Check = null)
{
    /// <summary>Reads <c>name=value</c> pairs over the defaults.</summary>
    public Outcome<StrategyValues> Read(IEnumerable<string> pairs)
    {
        var values = Parameters.ToImmutableDictionary(p => p.Name, p => p.Default, StringComparer.Ordinal);
        foreach (var pair in pairs)
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? pair : pair[..equals];
            if (Parameters.FirstOrDefault(p => p.Name == name) is not { } parameter)
            {
                return new Rejection("unknown-parameter", $"{Name} has no parameter '{name}'; it has {(Parameters.IsEmpty ? "none" : string.Join(", ", Parameters.Select(p => p.Name)))}.");
            }

            if (equals < 0 || !double.TryParse(pair[(equals + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value) || value < parameter.Least || value > parameter.Most
                || (parameter.IsWhole && value != Math.Floor(value)))
            {
                return new Rejection(
                    "bad-parameter",
                    string.Create(CultureInfo.InvariantCulture, $"{Name}: {name} must be a {(parameter.IsWhole ? "whole " : string.Empty)}number from {parameter.Least} to {parameter.Most}, not '{(equals < 0 ? string.Empty : pair[(equals + 1)..])}'."));
            }

            values = values.SetItem(name, value);
        }

        var read = new StrategyValues(values);
        return Check?.Invoke(read) is { } wrong ? new Rejection("bad-parameters", $"{Name}: {wrong}") : read;
    }
}
