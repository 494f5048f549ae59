using Rez.Core.Cycle;

namespace Rez.Web.Components;

/// <summary>Who opened a position, and where that is told: a cycle's page, or the events of what a person asked for.</summary>
internal static class Openers
{
    public static bool IsPerson(string id) => id.StartsWith(ManualDesk.Prefix, StringComparison.Ordinal);

    public static string Link(string id) => IsPerson(id) ? $"diary?cycle={id}" : $"cycles/{id}";
}
