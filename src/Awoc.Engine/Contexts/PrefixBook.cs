using Awoc.Core.Budgets;
using Awoc.Core.Tasks;

namespace Awoc.Engine.Contexts;

/// <summary>
/// Who writes a shared head to the provider's cache, and who waits to read it. The first task with a head leads; the others wait
/// until its first answer has begun, because what a request writes can be read from then on only, and whoever comes earlier pays for the
/// same write again. No clock of its own, no I/O; safe for many threads.
/// </summary>
public sealed class PrefixBook(TimeProvider time)
{
    /// <summary>How long a leader is waited for, from its start to its first answer. After that the others start without it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Heads that are remembered; of more, those that are cold are forgotten.</summary>
    private const int MostHeads = 1000;

    /// <summary>A start takes a while: an entry counts as gone when only this share of its life is left.</summary>
    private const int Margin = 10;

    private readonly Lock _gate = new();
    private readonly Dictionary<ContextKey, Head> _heads = [];
    private readonly Dictionary<TaskId, Place> _places = [];

    /// <summary>A task is about to start.</summary>
    /// <param name="version">Of the task as it is now: what is told later of an earlier one means nothing.</param>
    /// <param name="hour">How long its entries live.</param>
    public PrefixAnswer Ask(ContextKey key, TaskId task, long version, bool hour)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            var head = HeadOf(key, now);
            // What it sends has changed since it asked last: the head that it had is others' alone now.
            if (_places.TryGetValue(task, out var before) && before.Key != key && _heads.TryGetValue(before.Key, out var left))
            {
                left.Held.Remove(task);
                if (left.Leader == task) left.Leader = null;
            }

            _places[task] = new Place(key, version, hour);
            head.Held.Remove(task);
            if (head.IsWarm(now)) return new PrefixAnswer.Go(Leads: false);
            if (head.Leader is null || head.Leader == task)
            {
                (head.Leader, head.Deadline) = (task, now + Patience);
                return new PrefixAnswer.Go(Leads: true);
            }

            if (now >= head.Deadline) return new PrefixAnswer.Go(Leads: false);
            head.Held.Add(task);
            return new PrefixAnswer.Wait(head.Leader.Value, head.Deadline);
        }
    }

    /// <summary>An answer to a request with the task's head has begun. Returns those that wait no longer.</summary>
    public IReadOnlyList<TaskId> Begun(TaskId task)
    {
        lock (_gate) return _places.TryGetValue(task, out var place) ? Warmed(place.Key, place.Hour) : [];
    }

    /// <summary>A head was written or read by somebody who is no task. Returns those that wait no longer.</summary>
    public IReadOnlyList<TaskId> Begun(ContextKey key, bool hour)
    {
        lock (_gate) return Warmed(key, hour);
    }

    /// <summary>A task does not start after all, has ended, or waits for something else. Returns the next leader where one is needed.</summary>
    public IReadOnlyList<TaskId> Gone(TaskId task, long version = long.MaxValue)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            if (!_places.TryGetValue(task, out var place) || version <= place.Version) return [];
            _places.Remove(task);
            if (!_heads.TryGetValue(place.Key, out var head)) return [];
            head.Held.Remove(task);
            if (head.Leader != task) return [];
            head.Leader = null;
            if (head.Held.Count == 0 || head.IsWarm(now)) return [];

            // Named at once: of several that wait, one is to lead.
            var next = head.Held[0];
            head.Held.RemoveAt(0);
            (head.Leader, head.Deadline) = (next, now + Patience);
            return [next];
        }
    }

    /// <summary>It is stored that a task waits. True where it need not any more: what it waits for came in the meantime.</summary>
    public bool IsOpen(TaskId task)
    {
        lock (_gate)
        {
            if (!_places.TryGetValue(task, out var place) || !_heads.TryGetValue(place.Key, out var head)) return true;
            return head.Leader is null || head.Leader == task || head.IsWarm(time.GetUtcNow());
        }
    }

    /// <summary>Until when an entry of this head is there to be read; null when none is.</summary>
    public DateTimeOffset? WarmUntil(ContextKey key)
    {
        lock (_gate) return _heads.TryGetValue(key, out var head) && head.WarmUntil > time.GetUtcNow() ? head.WarmUntil : null;
    }

    private List<TaskId> Warmed(ContextKey key, bool hour)
    {
        var now = time.GetUtcNow();
        var head = HeadOf(key, now);
        // What was written for an hour stays so when it is read.
        head.Hour = head.IsWarm(now) ? head.Hour || hour : hour;
        head.WarmUntil = now + CacheRules.Life(head.Hour);
        head.Leader = null;
        List<TaskId> free = [.. head.Held];
        head.Held.Clear();
        return free;
    }

    private Head HeadOf(ContextKey key, DateTimeOffset now)
    {
        if (_heads.TryGetValue(key, out var head)) return head;
        if (_heads.Count >= MostHeads)
        {
            foreach (var (cold, _) in _heads.Where(h => h.Value.Leader is null && h.Value.Held.Count == 0 && h.Value.WarmUntil <= now).ToList()) _heads.Remove(cold);
        }

        return _heads[key] = new Head();
    }

    private sealed class Head
    {
        public TaskId? Leader { get; set; }
        public DateTimeOffset Deadline { get; set; }
        public DateTimeOffset WarmUntil { get; set; }
        public bool Hour { get; set; }
        public List<TaskId> Held { get; } = [];

        public bool IsWarm(DateTimeOffset now) => WarmUntil > now + (CacheRules.Life(Hour) / Margin);
    }

    private readonly record struct Place(ContextKey Key, long Version, bool Hour);
}

/// <summary>Whether a task may start.</summary>
public abstract record PrefixAnswer
{
    private PrefixAnswer()
    {
    }

    /// <param name="Leads">It is the one that writes the head.</param>
    public sealed record Go(bool Leads) : PrefixAnswer;

    /// <param name="Until">It starts then, whatever has become of the leader.</param>
    public sealed record Wait(TaskId Leader, DateTimeOffset Until) : PrefixAnswer;
}
