using Awoc.Engine.Supervision;

namespace Awoc.Engine.Pool;

/// <summary>
/// Which kinds of launches were asked for of late, and so which are worth keeping warm. In memory only: a new daemon begins anew, and one
/// that nothing was launched with wants nothing. Not safe for several threads.
/// </summary>
internal sealed class SpareDemand(TimeProvider time)
{
    /// <summary>Launches that count.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromHours(1);

    /// <summary>A kind not launched for so long is let go, its secrets with it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    private const int MostKinds = 64;
    private const int MostUses = 256;
    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMinutes(5);

    private readonly Dictionary<string, Kind> _kinds = new(StringComparer.Ordinal);

    public bool IsEmpty => _kinds.Count == 0;

    /// <summary>When the next kind is let go; null for never.</summary>
    public DateTimeOffset? NextExpiry => _kinds.Count == 0 ? null : _kinds.Values.Min(kind => kind.LastUse) + Patience;

    public void Note(string key, LaunchSubject subject)
    {
        var now = time.GetUtcNow();
        if (!_kinds.TryGetValue(key, out var kind))
        {
            if (_kinds.Count >= MostKinds) _kinds.Remove(_kinds.MinBy(k => k.Value.LastUse).Key);
            _kinds[key] = kind = new Kind();
        }

        kind.Subject = subject;
        kind.LastUse = now;
        if (kind.Uses.Count >= MostUses) kind.Uses.Dequeue();
        kind.Uses.Enqueue(now);
    }

    /// <summary>What a spare of this kind is started from: its latest launch; null when it is not asked for any more.</summary>
    public LaunchSubject? Find(string key) => _kinds.GetValueOrDefault(key)?.Subject;

    /// <summary>One was of use: the next may be started without a pause.</summary>
    public void Served(string key)
    {
        if (_kinds.TryGetValue(key, out var kind)) (kind.Pauses, kind.NotBefore) = (0, default);
    }

    /// <summary>One went stale or could not be started: the next one waits, and longer each time.</summary>
    public void Wasted(string key)
    {
        if (!_kinds.TryGetValue(key, out var kind)) return;
        var pause = s_firstPause * Math.Pow(2, Math.Min(kind.Pauses++, 16));
        kind.NotBefore = time.GetUtcNow() + (pause < s_longestPause ? pause : s_longestPause);
    }

    /// <summary>When one of this kind may be started.</summary>
    public DateTimeOffset NotBefore(string key) => _kinds.GetValueOrDefault(key)?.NotBefore ?? default;

    public void Forget(string key) => _kinds.Remove(key);

    /// <summary>Lets go of kinds that were not launched for long.</summary>
    public void Expire()
    {
        var now = time.GetUtcNow();
        foreach (var (key, kind) in _kinds.ToList())
        {
            while (kind.Uses.TryPeek(out var use) && now - use >= Window) kind.Uses.Dequeue();
            // A clock that was set back must not keep a secret for ever.
            if (now - kind.LastUse >= Patience || kind.LastUse - now > Patience) _kinds.Remove(key);
        }
    }

    /// <summary>How many of each kind there are to be, the one most worth it first: in proportion to its launches, and never more than those.</summary>
    public IReadOnlyList<(string Key, int Count)> Wanted(int size)
    {
        Dictionary<string, int> given = new(StringComparer.Ordinal);
        List<string> order = [];
        for (var n = 0; n < size; n++)
        {
            string? best = null;
            var most = 0.0;
            foreach (var (key, kind) in _kinds)
            {
                var has = given.GetValueOrDefault(key);
                if (has >= kind.Uses.Count) continue;
                var worth = kind.Uses.Count / (has + 1.0);
                if (best is not null && (worth < most || (worth == most && kind.LastUse <= _kinds[best].LastUse))) continue;
                (best, most) = (key, worth);
            }

            if (best is null) break;
            if (!given.ContainsKey(best)) order.Add(best);
            given[best] = given.GetValueOrDefault(best) + 1;
        }

        return [.. order.Select(key => (key, given[key]))];
    }

    private sealed class Kind
    {
        public LaunchSubject Subject { get; set; } = null!;
        public Queue<DateTimeOffset> Uses { get; } = [];
        public DateTimeOffset LastUse { get; set; }
        public DateTimeOffset NotBefore { get; set; }
        public int Pauses { get; set; }
    }
}
