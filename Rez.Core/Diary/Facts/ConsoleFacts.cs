namespace Rez.Core.Diary.Facts;

/// <summary>Who may do what was changed, or somebody came in. Never holds a password, a code or a token.</summary>
/// <param name="Who">Name of the person or token.</param>
/// <param name="From">Their address, or <c>command line</c>.</param>
/// <param name="What">For example <c>role of anna</c>.</param>
[DiaryType("access.changed")]
public sealed record AccessChanged(string Who, string From, string What, string? Before, string? After) : DiaryFact;

/// <summary>A setting was changed from the console or the API. Of a secret it says only whether it is set.</summary>
/// <param name="Before">What was in force.</param>
/// <param name="Applies">When it has effect: at the next cycle, or at the next start.</param>
[DiaryType("settings.changed")]
public sealed record SettingChanged(string Who, string From, string Key, string Before, string After, string Applies) : DiaryFact;
