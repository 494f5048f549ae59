namespace Rez.Core.Configuration;

/// <summary>When a change of a setting has effect.</summary>
public enum SettingEffect
{
    /// <summary>The running session takes it up between two cycles.</summary>
    NextCycle,

    /// <summary>What it decides is built at the start: it waits for one.</summary>
    NextStart,

    /// <summary>Not from the console: it says where the console itself is, or where it keeps things.</summary>
    Fixed,
}

/// <summary>Which settings may change under a running session, and how options are carried over.</summary>
public static class SettingEffects
{
    /// <summary>Read by the indicator sheet, which is laid out once.</summary>
    private static readonly string[] Built = ["Risk:AtrInterval", "Exits:FairValue"];

    private static readonly string[] Live = ["Risk:", "Protection:", "Exits:", "Model:", "Alerts:", "Trading:Decider"];

    private static readonly string[] Kept = ["Storage:DataDir", "Web:Bind", "Web:Port"];

    public static SettingEffect EffectOf(this SettingDefinition d) =>
        Kept.Contains(d.Key) ? SettingEffect.Fixed
        : Live.Any(l => d.Key.StartsWith(l, StringComparison.Ordinal)) && !Built.Contains(d.Key) ? SettingEffect.NextCycle
        : SettingEffect.NextStart;

    public static string Words(this SettingEffect effect) => effect switch
    {
        SettingEffect.NextCycle => "from the next cycle on",
        SettingEffect.NextStart => "at the next start",
        _ => "not from the console",
    };

    /// <summary>Running options with those of the wanted that may change under them: new objects, so that what was read before stays whole.</summary>
    public static RezOptions Under(RezOptions running, RezOptions wanted)
    {
        var merged = new RezOptions();
        foreach (var definition in SettingDefinition.All)
        {
            definition.Put(merged, definition.RawIn(definition.EffectOf() == SettingEffect.NextCycle ? wanted : running));
        }

        return merged;
    }
}
