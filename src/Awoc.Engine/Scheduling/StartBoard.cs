using Awoc.Core.Scheduling;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Engine.Settings;
using Awoc.Engine.Tasks;

namespace Awoc.Engine.Scheduling;

/// <summary>
/// Keeps the <see cref="StartLine"/> as the store has it: loaded once, then told of every change. What is taken from it is a
/// proposal, which the store confirms when it commits the start.
/// Its times are those of <see cref="LineClock"/>.
/// </summary>
public sealed class StartBoard(TaskBook book, ISettingsSource source, MachineRoom room, TimeProvider time) : ITaskObserver
{
    /// <summary>What left the line is remembered for as long as late news of it can come.</summary>
    private const int MostLeft = 8192;

    private readonly Lock _gate = new();
    private readonly StartLine _line = new(new LineLimits(ConcurrencyLimit.Default));
    private readonly Dictionary<TaskId, Known> _known = [];
    private readonly Queue<TaskId> _left = [];

    /// <summary>Those that are on their way to a start, or run here: until that is over, none of them is in the line.</summary>
    private readonly Dictionary<TaskId, Driven> _driven = [];
    private DateTimeOffset _begun = time.GetUtcNow();
    private long _begunAt = time.GetTimestamp();
    private long _seq;
    private bool _watching;
    private bool _heldByMachine;
    private bool _heldForMemory;

    /// <summary>The limit over everything.</summary>
    public int Limit
    {
        get
        {
            Refresh();
            lock (_gate) return _line.Limits.All;
        }
    }

    /// <summary>Something wants to start and waits for memory or load: no event tells when there is room.</summary>
    public bool HeldByMachine
    {
        get
        {
            lock (_gate) return _heldByMachine;
        }
    }

    /// <summary>Something wants to start and waits for memory.</summary>
    public bool HeldForMemory
    {
        get
        {
            lock (_gate) return _heldForMemory;
        }
    }

    /// <summary>Something waits.</summary>
    public bool HasWaiting
    {
        get
        {
            lock (_gate) return _line.Waiting > 0;
        }
    }

    /// <summary>Reads what waits and what runs. Again after a failure.</summary>
    public async Task BeginAsync(CancellationToken stop)
    {
        // First, so that nothing is missed between the reading and the watching.
        if (!_watching) book.Watch(this);
        _watching = true;
        Refresh();
        var running = await book.Store.InAttemptAsync(stop);
        List<(QueuedTask Task, bool IsHeld)> places = [.. (await book.Store.QueuedAsync(stop)).Select(t => (t, false))];
        foreach (var kind in Enum.GetValues<WaitKind>().Where(k => k.KeepsPlace()))
            places.AddRange((await book.Store.HeldAsync(kind, stop)).Select(t => (t, true)));
        lock (_gate)
        {
            (_begun, _begunAt) = (time.GetUtcNow(), time.GetTimestamp());
            foreach (var task in running) Hear(task, LineClock.Place(task.StartedAt ?? _begun, _begun));

            // Those of one batch were queued at one time: only the store's own order tells them apart, held or not.
            foreach (var (task, isHeld) in places.OrderBy(p => p.Task.QueuedAt).ThenBy(p => p.Task.Seq))
            {
                if (!IsNews(task.Id, task.Version)) continue;
                var placed = task with { QueuedAt = LineClock.Place(task.QueuedAt, _begun), Seq = ++_seq };
                if (isHeld) _known[task.Id] = new Known(task.Version, false, task.QueuedAt, placed.QueuedAt, placed.Seq);
                else Queue(placed, task.QueuedAt);
            }
        }
    }

    public void Changed(AgentTask task)
    {
        lock (_gate) Hear(task, Now);
    }

    /// <summary>What the settings say by now; while the file is wrong, what it said before.</summary>
    public void Refresh()
    {
        try
        {
            var settings = source.Read(null);
            var limits = settings.Queues.Limits(settings.Concurrency ?? ConcurrencyLimit.Default);
            room.IsOn = settings.Queues.Admission;
            lock (_gate)
            {
                if (!limits.Equals(_line.Limits)) _line.SetLimits(limits);
            }
        }
        catch (SettingsException)
        {
        }
    }

    /// <summary>The task that is to start now, as far as is known here; null when none may. Its slot is kept and it is in no line until its start is committed and followed, or it is let go by <see cref="Drop"/> or <see cref="PutBack"/>.</summary>
    public QueuedTask? Take()
    {
        lock (_gate)
        {
            _heldByMachine = _heldForMemory = false;
            var taken = _line.Take(Now, Admits);
            if (taken is null) return null;
            room.Started(taken.Id, taken.Agent);
            _driven[taken.Id] = new Driven(null);
            return taken;
        }
    }

    /// <summary>What was taken does not start: what becomes of it is told by its changes, those included that came since it was taken.</summary>
    public void Drop(TaskId id)
    {
        lock (_gate)
        {
            if (Untake(id) is { } next) _line.Add(next);
        }
    }

    /// <summary>What was taken could not be started now: it has its place again, as it is by now.</summary>
    public void PutBack(QueuedTask task)
    {
        lock (_gate)
        {
            if (_driven.GetValueOrDefault(task.Id) is not { Attempt: null }) return;
            var unchanged = _known.TryGetValue(task.Id, out var known) && known.Version == task.Version;
            if ((Untake(task.Id) ?? (unchanged ? task : null)) is { } next) _line.Add(next);
        }
    }

    /// <summary>What was taken cannot be started for a reason of its own: others have its slot until it is let go by <see cref="PutBack"/>.</summary>
    public void SetAside(TaskId id)
    {
        lock (_gate)
        {
            if (_driven.GetValueOrDefault(id) is { Attempt: null } && !IsInAttempt(id)) Leave(id, neverStarted: true);
        }
    }

    /// <summary>An attempt is followed here: should its task be queued anew, it waits until <see cref="LetGo"/>.</summary>
    public void Follow(AgentTask task)
    {
        lock (_gate) _driven[task.Id] = new Driven(task.Attempt) { Next = _driven.GetValueOrDefault(task.Id)?.Next };
    }

    /// <summary>The attempt's processes are gone: the next may start while this one's end is written down.</summary>
    /// <param name="peakBytes">The most that one of its processes held; null where it is not known.</param>
    public void Free(AgentTask task, long? peakBytes = null)
    {
        lock (_gate)
        {
            if (peakBytes is { } peak && _line.IsRunning(task.Id)) room.Saw(task.Id, peak);
            if (_driven.TryGetValue(task.Id, out var driven) && driven.Attempt == task.Attempt) driven.IsOver = true;
            Leave(task.Id);
        }
    }

    public void LetGo(TaskId id)
    {
        lock (_gate)
        {
            if (_driven.Remove(id, out var driven) && driven.Next is { } next) _line.Add(next);
        }
    }

    /// <summary>Why a queued task does not start now; null when it is the next, or not queued.</summary>
    /// <param name="place">Also say how many come before it, which looks at all of them.</param>
    public string? Explain(TaskId id, bool place)
    {
        lock (_gate)
        {
            if (!_line.IsQueued(id)) return null;
            var why = WaitWords.Of(_line.Explain(id, room.Admits), room);
            var ahead = place ? _line.Ahead(id) : 0;
            if (ahead == 0) return why;
            var behind = ahead == 1 ? "behind 1 other" : $"behind {ahead:N0} others";
            return why is null || why == WaitWords.Behind ? behind : $"{why}; {behind}";
        }
    }

    /// <summary>Every queue that is configured or in use, and <c>default</c>.</summary>
    public IReadOnlyList<QueueState> Queues()
    {
        Refresh();
        lock (_gate) return [.. _line.Queues];
    }

    /// <summary>How many wait and how many run, over everything.</summary>
    public (int Waiting, int Running) Count()
    {
        lock (_gate) return (_line.Waiting, _line.Running);
    }

    private DateTimeOffset Now => _begun + time.GetElapsedTime(_begunAt);

    private bool Admits(string agent)
    {
        // One is always allowed: a machine that is short of memory for other reasons must not keep everything waiting.
        if (_line.Running == 0 || room.Admits(agent)) return true;
        _heldByMachine = true;
        _heldForMemory |= room.LacksMemory(agent);
        return false;
    }

    private void Hear(AgentTask task, DateTimeOffset at)
    {
        if (!IsNews(task.Id, task.Version)) return;
        var (id, spec) = (task.Id, task.Spec);
        if (task.State == TaskState.Queued)
        {
            var stored = task.QueuedAt ?? task.CreatedAt;
            // A change that is none of its place (another budget) leaves it there.
            var (place, seq) = _known.TryGetValue(id, out var known) && known.StoredAt == stored ? (known.At, known.Seq) : (at, ++_seq);
            Queue(new QueuedTask(id, task.Version, spec.Queue, spec.Share, spec.Agent, spec.Model, spec.Priority, place, seq), stored);
            return;
        }

        // The place is kept for one that is held at its start and comes back.
        _known[id] = _known.GetValueOrDefault(id) with { Version = task.Version, InAttempt = task.InAttempt };
        if (_driven.TryGetValue(id, out var driven)) driven.Next = null;
        if (task.InAttempt)
        {
            if (driven is { IsOver: true } && driven.Attempt == task.Attempt) return;
            if (_line.IsRunning(id)) return;
            _line.Started(new QueuedTask(id, task.Version, spec.Queue, spec.Share, spec.Agent, spec.Model, spec.Priority, at, 0), at);
            room.Started(id, spec.Agent);
            return;
        }

        // The slot of one that is being started is let go of by whoever starts it.
        if (driven is not { Attempt: null }) Leave(id);
        _line.Remove(id);
        if (task is { State: TaskState.Scheduled, WaitKind: { } kind } && kind.KeepsPlace()) return;
        _left.Enqueue(id);
        if (_left.Count > MostLeft && _left.Dequeue() is var old && !_line.IsQueued(old) && !_line.IsRunning(old) && !_driven.ContainsKey(old)) _known.Remove(old);
    }

    private void Queue(QueuedTask task, DateTimeOffset storedAt)
    {
        _known[task.Id] = new Known(task.Version, false, storedAt, task.QueuedAt, task.Seq);
        var driven = _driven.GetValueOrDefault(task.Id);
        if (driven is not { Attempt: null }) Leave(task.Id);
        if (driven is not null) driven.Next = task;
        else _line.Add(task);
    }

    /// <summary>Lets go of what was taken; returns the task as it is to be queued, where it was changed since.</summary>
    private QueuedTask? Untake(TaskId id)
    {
        if (_driven.GetValueOrDefault(id) is not { Attempt: null } taken) return null;
        _driven.Remove(id);
        // Somebody else's start of it may have been committed meanwhile.
        if (IsInAttempt(id)) return null;
        Leave(id, neverStarted: true);
        return taken.Next;
    }

    private void Leave(TaskId id, bool neverStarted = false)
    {
        if (_line.Ended(id, neverStarted)) room.Ended(id);
    }

    private bool IsInAttempt(TaskId id) => _known.TryGetValue(id, out var known) && known.InAttempt;

    private bool IsNews(TaskId id, long version) => !_known.TryGetValue(id, out var known) || known.Version < version;

    /// <param name="StoredAt">When it was queued, by the store.</param>
    /// <param name="At">The same in the line's own time.</param>
    private readonly record struct Known(long Version, bool InAttempt, DateTimeOffset StoredAt, DateTimeOffset At, long Seq);

    /// <param name="attempt">The one that is followed; null while the task is on its way to its start.</param>
    private sealed class Driven(int? attempt)
    {
        public int? Attempt { get; } = attempt;
        public bool IsOver { get; set; }

        /// <summary>The task as it was queued since; null when it was not, or not any more.</summary>
        public QueuedTask? Next { get; set; }
    }
}
