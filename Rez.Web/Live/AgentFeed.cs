using System.Collections.Immutable;
using System.Text;
using Rez.Core.Agent.Loop;
using Rez.Core.Diary;
using Rez.Core.Diary.Storage;
using Rez.Core.Session;

namespace Rez.Web.Live;

/// <summary>A part of a conversation: words of the model, a tool call, its answer, or what Rez said.</summary>
/// <param name="Number">1, 2, 3, … within its conversation.</param>
public sealed record AgentPart(int Number, AgentMomentKind Kind, int Turn, string? Tool, string Text);

/// <summary>A conversation as far as it has come.</summary>
public sealed record AgentTalk(string CycleId, string PayloadHash, ImmutableArray<AgentPart> Parts, bool IsOver, string? Result);

/// <summary>
/// The conversations of this process as they happen: the one that runs and the last few. Listens on the agent's own thread and only notes; pages are told at
/// most every <see cref="AtMostEvery"/>.
/// </summary>
public sealed class AgentFeed : IDisposable
{
    private const int KeptTalks = 6;
    private const int MostText = 20_000;
    private static readonly TimeSpan AtMostEvery = TimeSpan.FromMilliseconds(50);
    private readonly Lock _gate = new();
    private readonly LinkedList<Talk> _talks = [];
    private readonly DiaryStore _diary;
    private readonly ITradingSession _session;
    private readonly ITimer _bell;
    private bool _isRinging;
    private long _bills;

    public AgentFeed(ITradingSession session, DiaryStore diary, TimeProvider clock)
    {
        _diary = diary;
        _session = session;
        _bell = clock.CreateTimer(_ => Ring(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        diary.Committed += NoteBills;
        session.DeciderChanged += Follow;
        Follow();
    }

    /// <summary>Null when a rule strategy decides.</summary>
    public AgentDecider? Agent { get; private set; }

    /// <summary>How many bills (what a decision cost) the diary took since the start: one comes a moment after its conversation has ended.</summary>
    public long Bills => Interlocked.Read(ref _bills);

    public event Action? Changed;

    /// <summary>Newest first.</summary>
    public ImmutableArray<AgentTalk> Talks()
    {
        lock (_gate)
        {
            return [.. _talks.Select(t => t.View())];
        }
    }

    public void Dispose()
    {
        _session.DeciderChanged -= Follow;
        _diary.Committed -= NoteBills;
        if (Agent is not null)
        {
            Agent.Happened -= Note;
        }

        _bell.Dispose();
    }

    /// <summary>Listens to the agent that decides now.</summary>
    private void Follow()
    {
        if (Agent is not null)
        {
            Agent.Happened -= Note;
        }

        Agent = _session.Decider as AgentDecider;
        if (Agent is not null)
        {
            Agent.Happened += Note;
        }
    }

    private void Note(AgentMoment moment)
    {
        lock (_gate)
        {
            if (moment.Kind == AgentMomentKind.Began)
            {
                _talks.AddFirst(new Talk(moment.CycleId, moment.Text));
                while (_talks.Count > KeptTalks)
                {
                    _talks.RemoveLast();
                }
            }

            _talks.First?.Value.Add(moment);
            RingSoon();
        }
    }

    private void NoteBills(IReadOnlyList<DiaryRecord> records)
    {
        if (records.Count(r => r.Type == "agent.spent") is > 0 and var bills)
        {
            Interlocked.Add(ref _bills, bills);
            lock (_gate)
            {
                RingSoon();
            }
        }
    }

    private void RingSoon()
    {
        if (!_isRinging)
        {
            _isRinging = true;
            _bell.Change(AtMostEvery, Timeout.InfiniteTimeSpan);
        }
    }

    private void Ring()
    {
        lock (_gate)
        {
            _isRinging = false;
        }

        Changed?.Invoke();
    }

    private sealed class Talk(string cycleId, string payloadHash)
    {
        private readonly List<(AgentMomentKind Kind, int Turn, string? Tool, StringBuilder Text)> _parts = [];
        private string? _result;
        private bool _isOver;

        public void Add(AgentMoment m)
        {
            switch (m.Kind)
            {
                case AgentMomentKind.Began:
                    break;
                case AgentMomentKind.Ended:
                    (_isOver, _result) = (true, m.Text);
                    break;
                case AgentMomentKind.Said when _parts.Count > 0 && _parts[^1].Kind == m.Kind && _parts[^1].Turn == m.Turn:
                    Append(_parts[^1].Text, m.Text);
                    break;
                default:
                    _parts.Add((m.Kind, m.Turn, m.Tool, new StringBuilder()));
                    Append(_parts[^1].Text, m.Text);
                    break;
            }
        }

        public AgentTalk View() => new(cycleId, payloadHash, [.. _parts.Select((p, i) => new AgentPart(i + 1, p.Kind, p.Turn, p.Tool, p.Text.ToString()))], _isOver, _result);

        private static void Append(StringBuilder to, string text)
        {
            var room = MostText - to.Length;
            if (room > 0)
            {
                to.Append(text.AsSpan(0, Math.Min(room, text.Length)));
            }
        }
    }
}
