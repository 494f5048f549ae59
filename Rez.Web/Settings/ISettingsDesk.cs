using Rez.Core;
using Rez.Core.Configuration;
using Rez.Web.Access;

namespace Rez.Web.Settings;

/// <summary>A setting in force.</summary>
/// <param name="Value">What the session runs with; of a secret only whether it is set.</param>
/// <param name="Wanted">What the next start will run with: another one when a change waits for it.</param>
/// <param name="Source">Where the wanted value comes from: default, a file's name, console, environment, command line.</param>
/// <param name="Effect">When a change has effect.</param>
/// <param name="IsPinned">Environment or command line say it: the console can't change it.</param>
public sealed record SettingView(
    string Key, string Value, string Wanted, string Default, string Description, string Expectation, bool IsSecret, string Source, SettingEffect Effect, bool IsPinned)
{
    public bool IsChanged => !IsSecret && Wanted != Default;

    public bool Waits => Wanted != Value;
}

/// <summary>A change that is asked for.</summary>
/// <param name="Before">What the person saw when they changed it; refused when somebody else has changed it since. Null: whatever it was.</param>
/// <param name="After">Null: back to what it is without the console's change.</param>
public sealed record SettingWish(string Key, string? Before, string? After);

/// <summary>What a change does.</summary>
public sealed record SettingDiff(string Key, string Before, string After, SettingEffect Effect);

/// <summary>Changes settings of the running program. Implemented where configuration is read.</summary>
public interface ISettingsDesk
{
    IReadOnlyList<SettingView> All();

    /// <summary>Whether a change waits for the next start.</summary>
    bool WaitsForStart { get; }

    /// <summary>Why the last start could not use the settings and went back to those before; null when it could.</summary>
    string? StartTrouble { get; }

    /// <summary>What the wishes would do; the reason, with every fault, when they can't be.</summary>
    Outcome<IReadOnlyList<SettingDiff>> Check(IReadOnlyList<SettingWish> wishes);

    /// <summary>Writes them down, tells the diary who did it, and has the session take up what it may.</summary>
    Task<Outcome<IReadOnlyList<SettingDiff>>> ChangeAsync(Actor actor, IReadOnlyList<SettingWish> wishes);

    /// <summary>Sets a secret; it is never read back. Empty takes it away.</summary>
    Task<Outcome<string>> SetSecretAsync(Actor actor, string key, string value);

    /// <summary>Tries a secret out, without an order: what came of it, in words.</summary>
    Task<Outcome<string>> TestSecretAsync(string key, CancellationToken cancel);

    /// <summary>Ends the session in order and starts it anew with the settings as they are.</summary>
    Task RestartAsync(Actor actor);
}
