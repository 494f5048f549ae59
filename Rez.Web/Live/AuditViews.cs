using Microsoft.EntityFrameworkCore;
using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Diary.Storage;

namespace Rez.Web.Live;

/// <summary>A change that somebody made, whatever it changed.</summary>
/// <param name="Who">Name and address.</param>
public sealed record AuditView(long Seq, long AtMs, string Who, string What, string? Before, string? After);

/// <summary>Changes, newest first; <paramref name="Next"/> is the cursor of the page behind, null at the end.</summary>
public sealed record AuditPage(IReadOnlyList<AuditView> Changes, long? Next);

/// <summary>Who changed what: access, settings, controls and trades by hand, out of the diary's chain.</summary>
public sealed class AuditViews(Views views)
{
    private static readonly string[] Types = ["access.changed", "settings.changed", "control.changed", "control.flatten-asked", "control.manual-asked"];

    public async Task<AuditPage> PageAsync(long? before, int count, CancellationToken cancel)
    {
        await using var db = views.Open();
        var rows = await db.Events.Where(e => Types.Contains(e.Type) && (before == null || e.Seq < before)).OrderByDescending(e => e.Seq).Take(count).ToListAsync(cancel);
        return new AuditPage([.. rows.Select(r => View(r.ToRecord()))], rows.Count == count ? rows[^1].Seq : null);
    }

    private static AuditView View(DiaryRecord r)
    {
        var fact = DiaryTypes.Read(r.Type, r.Version, r.Payload.Span);
        var (who, what, before, after) = !fact.Ok ? ("?", fact.Rejection.Message, null, null) : fact.Value switch
        {
            AccessChanged a => ($"{a.Who} from {a.From}", a.What, a.Before, a.After),
            SettingChanged s => ($"{s.Who} from {s.From}", s.Key, s.Before, $"{s.After} ({s.Applies})"),
            ControlChanged c => (c.By, "controls", (string?)null, c.Why),
            FlattenAsked f => (f.By, $"flatten {f.Asset ?? "everything"}", null, null),
            ManualAsked m => (m.By, $"{m.Direction} {m.Asset} by hand", $"asked for {m.SizeUsd:0.##} USD", m.Gated),
            _ => ("?", r.Type, null, null),
        };
        return new AuditView(r.Seq, r.AtMs, who, what, before, after);
    }
}
