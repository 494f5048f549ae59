using Rez.Core;
using Rez.Core.Configuration;
using Rez.Core.Diary.Facts;
using Rez.Core.Session;
using Rez.Web.Access;
using Rez.Web.Settings;
using Rez.Worker.Hosting;

namespace Rez.Worker.Configuration;

/// <summary>Changes of settings under the running session: checked as the start checks them, written to the console's layer, told to the diary, and taken up at the next cycle where that is safe.</summary>
/// <param name="layers">Reads the layers anew.</param>
internal sealed class SettingsDesk(TradingHost host, Func<IReadOnlyList<SettingsLayer>> layers, string? startTrouble, Action restart) : ISettingsDesk, IDisposable
{
    private const int MostWishes = 100;
    private const int LongestValue = 10_000;
    private readonly ConsoleLayer _console = new(host.DataDir);
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly SecretTests _tests = new();

    public string? StartTrouble => startTrouble;

    public bool WaitsForStart => All().Any(s => s.Waits);

    public IReadOnlyList<SettingView> All()
    {
        var read = layers();
        var wanted = SettingsReading.Of(read);
        var sources = wanted.Effective.ToDictionary(e => e.Key, e => e.Source, StringComparer.Ordinal);
        return [.. SettingDefinition.All.Select(d => new SettingView(
            d.Key, d.ValueIn(host.Options), d.ValueIn(wanted.Options), d.IsSecret ? "not set" : d.Default, d.Description, d.Expectation, d.IsSecret, sources[d.Key], d.EffectOf(), IsPinned(read, d)))];
    }

    public Outcome<IReadOnlyList<SettingDiff>> Check(IReadOnlyList<SettingWish> wishes)
    {
        var judged = Judge(wishes);
        return judged.Ok ? new Outcome<IReadOnlyList<SettingDiff>>(judged.Value.Diffs) : judged.Rejection;
    }

    public async Task<Outcome<IReadOnlyList<SettingDiff>>> ChangeAsync(Actor actor, IReadOnlyList<SettingWish> wishes)
    {
        await _turn.WaitAsync();
        try
        {
            var judged = Judge(wishes);
            if (!judged.Ok)
            {
                return judged.Rejection;
            }

            var (diffs, values, options) = judged.Value;
            foreach (var diff in diffs)
            {
                host.Diary.Append(new SettingChanged(actor.Name, actor.From, diff.Key, diff.Before, diff.After, diff.Effect.Words()));
            }

            // Told before it is done: a change that nobody can be asked about later must not exist.
            await host.Diary.FlushAsync();
            _console.WriteSettings(values);
            TakeUp(options, diffs.Select(d => d.Key));
            return new Outcome<IReadOnlyList<SettingDiff>>(diffs);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async Task<Outcome<string>> SetSecretAsync(Actor actor, string key, string value)
    {
        await _turn.WaitAsync();
        try
        {
            if (SettingDefinition.Find(key) is not { IsSecret: true } definition)
            {
                return new Rejection("no-setting", $"{Short(key)} is not one of the secrets.");
            }

            if (value.Length > LongestValue || value.Any(char.IsControl))
            {
                return new Rejection("bad-value", "That is too long, or has characters that can't be in a key.");
            }

            if (IsPinned(layers(), definition))
            {
                return Pinned(definition);
            }

            var secrets = _console.Secrets();
            var before = definition.ValueIn(SettingsReading.Of(layers()).Options);
            secrets.Remove(definition.Key);
            if (value.Length > 0)
            {
                secrets[definition.Key] = value;
            }

            host.Diary.Append(new SettingChanged(actor.Name, actor.From, definition.Key, before, value.Length > 0 ? "set anew" : "taken away", definition.EffectOf().Words()));
            await host.Diary.FlushAsync();
            _console.WriteSecrets(secrets);
            TakeUp(SettingsReading.Of(layers()).Options, [definition.Key]);
            return definition.EffectOf().Words();
        }
        finally
        {
            _turn.Release();
        }
    }

    public Task<Outcome<string>> TestSecretAsync(string key, CancellationToken cancel) => _tests.RunAsync(key, SettingsReading.Of(layers()).Options, cancel);

    public async Task RestartAsync(Actor actor)
    {
        host.Diary.Append(new SettingChanged(actor.Name, actor.From, "start", host.Session.Phase.ToString(), "started anew", "now"));
        await host.Diary.FlushAsync();
        restart();
    }

    public void Dispose()
    {
        _turn.Dispose();
        _tests.Dispose();
    }

    /// <summary>What runs goes on with what may change under it.</summary>
    private void TakeUp(RezOptions wanted, IEnumerable<string> keys)
    {
        var changed = keys.Select(k => SettingDefinition.Find(k)!).Where(d => d.EffectOf() == SettingEffect.NextCycle).ToArray();
        if (changed.Length == 0)
        {
            return;
        }

        var merged = SettingEffects.Under(host.Options, wanted);
        var decides = changed.Any(d => d.Key.StartsWith("Model:", StringComparison.Ordinal) || d.Key.StartsWith("Trading:", StringComparison.Ordinal));
        host.Session.Adopt(new NewTerms(new RigLimits(merged.Risk, merged.Protection, merged.Exits), decides ? host.NewDecider(merged) : null));
        host.Options = merged;
    }

    private Outcome<(IReadOnlyList<SettingDiff> Diffs, Dictionary<string, string?> Values, RezOptions Options)> Judge(IReadOnlyList<SettingWish> wishes)
    {
        if (wishes.Count is 0 or > MostWishes)
        {
            return new Rejection("no-wish", $"From 1 to {MostWishes} changes at a time.");
        }

        var read = layers();
        var before = SettingsReading.Of(read).Options;
        var values = _console.Settings();
        foreach (var wish in wishes)
        {
            if (Refuse(read, before, wish) is { } refused)
            {
                return refused;
            }

            Put(values, SettingDefinition.Find(wish.Key)!, wish.After);
        }

        var reading = SettingsReading.Of([.. read.Where(l => l.Name != ConsoleLayer.Name).TakeWhile(IsFile), new SettingsLayer(ConsoleLayer.Name, values, []), SecretsOf(), .. read.SkipWhile(l => IsFile(l) || l.Name == ConsoleLayer.Name)]);
        if (!reading.Faults.IsEmpty)
        {
            return new Rejection("faults", string.Join(" ", reading.Faults.Select(f => f.ToString() + ".")));
        }

        var diffs = wishes.Select(w => SettingDefinition.Find(w.Key)!).DistinctBy(d => d.Key)
            .Select(d => new SettingDiff(d.Key, d.ValueIn(before), d.ValueIn(reading.Options), d.EffectOf())).Where(d => d.Before != d.After).ToArray();
        return diffs.Length == 0 ? new Rejection("no-change", "Nothing would be different.") : (diffs, values, reading.Options);
    }

    private static Rejection? Refuse(IReadOnlyList<SettingsLayer> read, RezOptions before, SettingWish wish)
    {
        if (SettingDefinition.Find(wish.Key) is not { } definition)
        {
            return new Rejection("no-setting", $"There is no setting {Short(wish.Key)}.");
        }

        return definition.IsSecret ? new Rejection("is-secret", $"{definition.Key} is set by itself, and never shown.")
            : definition.EffectOf() == SettingEffect.Fixed ? new Rejection("is-fixed", $"{definition.Key} says where the console itself is: it is changed in the files, not from here.")
            : IsPinned(read, definition) ? Pinned(definition)
            : wish.After?.Length > LongestValue ? new Rejection("bad-value", $"{definition.Key}: that is too long.")
            : wish.Before is { } seen && seen != definition.ValueIn(before) ? new Rejection("conflict", $"{definition.Key} was changed meanwhile: it is {definition.ValueIn(before)} now, not {Short(seen)}. Look at it again.")
            : null;
    }

    private static Rejection Pinned(SettingDefinition d) => new("is-pinned", $"{d.Key} is set by the environment or the command line, which is stronger: change it there.");

    private static bool IsFile(SettingsLayer layer) => layer.Name.EndsWith(".json", StringComparison.OrdinalIgnoreCase);

    private static bool IsPinned(IReadOnlyList<SettingsLayer> read, SettingDefinition d) =>
        read.Where(l => !IsFile(l) && l.Name != ConsoleLayer.Name).Any(l => l.Values.Any(v => v.Value is not null && (string.Equals(v.Key, d.Key, StringComparison.OrdinalIgnoreCase) || v.Key.StartsWith(d.Key + ":", StringComparison.OrdinalIgnoreCase))));

    private SettingsLayer SecretsOf() => new(ConsoleLayer.Name, _console.Secrets(), []);

    /// <summary>A list is written entry by entry: entries have commas of their own.</summary>
    private static void Put(Dictionary<string, string?> values, SettingDefinition d, string? text)
    {
        foreach (var key in values.Keys.Where(k => string.Equals(k, d.Key, StringComparison.OrdinalIgnoreCase) || k.StartsWith(d.Key + ":", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            values.Remove(key);
        }

        if (text is null)
        {
            return;
        }

        if (!d.IsList)
        {
            values[d.Key] = text.Trim();
            return;
        }

        foreach (var (entry, i) in text.Split([' ', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries).Select((e, i) => (e, i)))
        {
            values[$"{d.Key}:{i}"] = entry;
        }
    }

    private static string Short(string text) => text.Length > 60 ? text[..60] + "…" : text;
}
