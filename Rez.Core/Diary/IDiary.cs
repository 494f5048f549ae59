using System.Collections.Immutable;

namespace Rez.Core.Diary;

/// <summary>The diary can't persist (disk full, locked, corrupt): trading must halt.</summary>
public sealed class DiaryUnavailableException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>disk-full, locked, corrupt, not-writable or failed.</summary>
    public string Code { get; } = code;
}

/// <summary>Sequence number and hash of the newest durable event.</summary>
public readonly record struct DiaryHead(long Seq, string Hash);

/// <summary>Writes the diary. Facts become durable in the order they are appended.</summary>
public interface IDiary
{
    DiaryHead Head { get; }

    /// <summary>Whether cycles are to be written down whole: sealing one costs more than many cycles do.</summary>
    bool KeepsCapsules => true;

    /// <summary>Queues a fact. Waits only when the queue is full.</summary>
    /// <exception cref="DiaryUnavailableException">The diary can't persist.</exception>
    void Append(DiaryFact fact, string? cycleId = null);

    /// <summary>Completes when everything appended before is durable and projected.</summary>
    Task FlushAsync();
}

/// <summary>Tells of events after they are durable, in order.</summary>
public interface IDiaryFeed
{
    /// <summary>Called on the writer's thread with each committed batch: must return at once.</summary>
    event Action<IReadOnlyList<DiaryRecord>>? Committed;
}

/// <summary>What may be done, as the diary's newest <c>control.changed</c> says.</summary>
/// <param name="AutoTrading">Whether decisions are carried out.</param>
/// <param name="Halted">Nothing is opened until resumed; stops stay.</param>
/// <param name="Paused">Assets that are not opened until resumed.</param>
public sealed record ControlState(bool AutoTrading, bool Halted, ImmutableArray<string> Paused, string By, string Why, long AtMs)
{
    /// <summary>Nothing is opened for now, by a protection.</summary>
    public bool Reducing { get; init; }

    /// <summary>When reducing ends by itself (Unix ms).</summary>
    public long? UntilMs { get; init; }

    /// <summary>When a person last resumed, and so accepted what had happened (Unix ms); 0 for never.</summary>
    public long AcceptedMs { get; init; }

    [System.Text.Json.Serialization.JsonIgnore]
    public Trading.TradingState State => Halted ? Trading.TradingState.Halted : Reducing ? Trading.TradingState.Reducing : Trading.TradingState.Active;

    public static readonly ControlState Initial = new(true, false, [], "rez", "start", 0);
}
