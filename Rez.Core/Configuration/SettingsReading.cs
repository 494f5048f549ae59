using System.Collections.Immutable;

namespace Rez.Core.Configuration;

/// <summary>A source of settings, weaker ones first: a file, the environment, the command line.</summary>
/// <param name="Name">As shown to people, for example <c>appsettings.json</c>.</param>
/// <param name="Values">Flat keys with <c>:</c>; list entries as <c>Key:0</c>, or the whole list as <c>a,b</c>.</param>
/// <param name="Faults">What was wrong with the source itself.</param>
public sealed record SettingsLayer(string Name, IReadOnlyDictionary<string, string?> Values, ImmutableArray<SettingFault> Faults);

/// <summary>Something wrong with the configuration: which key, what it says, where, and what is expected.</summary>
public sealed record SettingFault(string Key, string Value, string Source, string Expectation)
{
    public override string ToString() => Key.Length == 0
        ? $"{Source}: {Expectation}"
        : $"{Key} = {(Value.Length == 0 ? "(empty)" : Value)}  [{Source}]  expected: {Expectation}";
}

/// <summary>A key with its value in force and where that came from. Secrets are masked.</summary>
public sealed record EffectiveSetting(string Key, string Value, string Source, string Description);

/// <summary>The configuration as read: options, what is in force, and every fault at once.</summary>
public sealed record SettingsReading(RezOptions Options, ImmutableArray<EffectiveSetting> Effective, ImmutableArray<SettingFault> Faults)
{
    public const string Mask = "********";

    /// <summary>Lays the sources over each other, the last one winning, and checks everything.</summary>
    public static SettingsReading Of(IReadOnlyList<SettingsLayer> layers)
    {
        var options = new RezOptions();
        var faults = layers.SelectMany(l => l.Faults).ToList();
        var effective = ImmutableArray.CreateBuilder<EffectiveSetting>();
        foreach (var definition in SettingDefinition.All)
        {
            var (text, source) = ValueOf(definition, layers);
            effective.Add(new EffectiveSetting(definition.Key, Shown(definition, text ?? definition.Default), source, definition.Description));
            if (text is null && !definition.IsList)
            {
                continue;
            }

            if (definition.TryRead(text ?? string.Empty, out var value))
            {
                Set(options, definition, value!);
            }
            else
            {
                faults.Add(new SettingFault(definition.Key, Shown(definition, text ?? string.Empty), source, definition.Expectation));
            }
        }

        faults.AddRange(UnknownKeys(layers));
        if (faults.Count == 0)
        {
            faults.AddRange(SettingsRules.Check(options, key => effective.First(e => e.Key == key)));
        }

        return new SettingsReading(options, effective.ToImmutable(), [.. faults]);
    }

    private static (string? Text, string Source) ValueOf(SettingDefinition definition, IReadOnlyList<SettingsLayer> layers)
    {
        for (var i = layers.Count - 1; i >= 0; i--)
        {
            var values = layers[i].Values;
            if (values.TryGetValue(definition.Key, out var text) && text is not null)
            {
                return (text, layers[i].Name);
            }

            if (definition.IsList)
            {
                // A list is replaced as a whole by the strongest source that has any entry of it, never mixed.
                var entries = values.Where(v => IsEntry(v.Key, definition.Key) && v.Value is not null)
                    .OrderBy(v => int.Parse(v.Key.AsSpan(definition.Key.Length + 1))).Select(v => Escape(v.Value!)).ToArray();
                if (entries.Length > 0)
                {
                    return (string.Join(',', entries), layers[i].Name);
                }
            }
        }

        return (null, "default");
    }

    /// <summary>Entries hold commas of their own (<c>macd:12,26,9</c>): those travel as semicolons inside a list text.</summary>
    private static string Escape(string entry) => entry.Replace(',', ';');

    private static bool IsEntry(string key, string list) =>
        key.Length > list.Length + 1 && key.StartsWith(list, StringComparison.OrdinalIgnoreCase) && key[list.Length] == ':'
        && int.TryParse(key.AsSpan(list.Length + 1), out _);

    private static void Set(RezOptions options, SettingDefinition definition, object value) =>
        definition.Put(options, value is string[] list ? list.Select(e => e.Replace(';', ',')).ToArray() : value);

    private static string Shown(SettingDefinition definition, string text) =>
        definition.IsSecret ? (text.Length == 0 ? "(not set)" : Mask)
        : definition.IsList ? text.Replace(',', ' ').Replace(';', ',')
        : text;

    private static IEnumerable<SettingFault> UnknownKeys(IReadOnlyList<SettingsLayer> layers)
    {
        foreach (var layer in layers)
        {
            foreach (var (key, value) in layer.Values)
            {
                if (value is null || SettingDefinition.All.Any(d => string.Equals(d.Key, key, StringComparison.OrdinalIgnoreCase) || (d.IsList && IsEntry(key, d.Key))))
                {
                    continue;
                }

                // The value of a key nobody knows may be a secret with a typing error in its name: it is not shown.
                var nearest = SettingDefinition.All.MinBy(d => Distance(d.Key, key))!;
                var hint = Distance(nearest.Key, key) <= 4 ? $"; did you mean {nearest.Key}?" : "; 'rez config print' lists all keys";
                yield return new SettingFault(key, Mask, layer.Name, "a known key" + hint);
            }
        }
    }

    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var corner = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                var same = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]);
                row[j] = same ? corner : 1 + Math.Min(corner, Math.Min(above, row[j - 1]));
                corner = above;
            }
        }

        return row[b.Length];
    }
}
