namespace Awoc.Rehearsal.Messages;

/// <summary>
/// The provider's prompt cache: a marked prefix is written by the first request that has it, and read by later ones of the same
/// credential for as long as it lives. A mark finds an entry that ends up to twenty blocks before it. What a request writes can be read
/// once its answer has begun: one that comes earlier finds nothing, and writes again.
/// </summary>
internal sealed class PromptCache(TimeProvider time)
{
    private const int LookBack = 20;
    private const int MaxEntries = 4096;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>What is read, and what is to be written; nothing is written yet.</summary>
    /// <param name="scope">Whose cache it is: the credential's.</param>
    public CacheCharge Look(string scope, PromptPrefix prompt)
    {
        var blocks = prompt.Blocks;
        var least = CacheMinimum.Of(prompt.Model);
        var marks = Enumerable.Range(0, blocks.Count).Where(i => blocks[i].CacheLife is not null && blocks[i].Tokens >= least).ToList();
        if (marks.Count == 0) return new CacheCharge(new RehearsalUsage(prompt.Tokens, 0, 0, 0, 0), []);

        var now = time.GetUtcNow();
        int read;
        lock (_gate) read = LongestHit(scope, blocks, marks, now);
        var (write5m, write1h, covered) = (0, 0, read);
        List<(string, TimeSpan)> writes = [];
        foreach (var mark in marks)
        {
            var life = blocks[mark].CacheLife!.Value;
            if (blocks[mark].Tokens > covered)
            {
                var added = blocks[mark].Tokens - covered;
                if (life > CacheLives.Short) write1h += added;
                else write5m += added;
                covered = blocks[mark].Tokens;
            }

            writes.Add((Key(scope, blocks[mark]), life));
        }

        return new CacheCharge(new RehearsalUsage(prompt.Tokens - covered, read, write5m, write1h, 0), writes);
    }

    /// <summary>The answer begins: what its request wrote can be read from now on.</summary>
    public void Write(CacheCharge charge)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            foreach (var (key, life) in charge.Writes) Put(key, now, life);
        }
    }

    private int LongestHit(string scope, IReadOnlyList<PrefixBlock> blocks, List<int> marks, DateTimeOffset now)
    {
        for (var m = marks.Count - 1; m >= 0; m--)
        {
            for (var i = marks[m]; i >= 0 && i > marks[m] - LookBack; i--)
            {
                var key = Key(scope, blocks[i]);
                if (!_entries.TryGetValue(key, out var entry) || entry.Expires <= now) continue;
                _entries[key] = entry with { Expires = now + entry.Life };
                return blocks[i].Tokens;
            }
        }

        return 0;
    }

    private void Put(string key, DateTimeOffset now, TimeSpan life)
    {
        if (_entries.Count >= MaxEntries && !_entries.ContainsKey(key))
        {
            // Dropping the half that dies soonest keeps the cost of a full cache small per request.
            foreach (var old in _entries.OrderBy(e => e.Value.Expires).Take(MaxEntries / 2).Select(e => e.Key).ToList())
                _entries.Remove(old);
        }

        // A read with a shorter life does not shorten what was paid for.
        if (_entries.TryGetValue(key, out var entry) && entry.Expires > now && entry.Life > life) life = entry.Life;
        _entries[key] = new Entry(now + life, life);
    }

    private static string Key(string scope, PrefixBlock block) => $"{scope}\n{block.Hash}";

    private readonly record struct Entry(DateTimeOffset Expires, TimeSpan Life);
}

/// <param name="Usage">The input side of the request's usage; output is 0.</param>
/// <param name="Writes">The entries that can be read once its answer has begun.</param>
internal sealed record CacheCharge(RehearsalUsage Usage, IReadOnlyList<(string Key, TimeSpan Life)> Writes);
