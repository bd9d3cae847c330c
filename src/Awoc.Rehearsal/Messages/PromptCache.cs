namespace Awoc.Rehearsal.Messages;

/// <summary>
/// Prompt caching by prefix: a marked prefix is written the first time and read later, for as long as it lives. A mark finds
/// an entry that ends up to twenty blocks before it; prefixes under 1,024 tokens are not cached.
/// </summary>
internal sealed class PromptCache(TimeProvider time)
{
    private const int LookBack = 20;
    private const int MinTokens = 1024;
    private const int MaxEntries = 4096;
    private static readonly TimeSpan s_short = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>The input side of a request's usage; output is left at 0.</summary>
    public RehearsalUsage Charge(PromptPrefix prompt)
    {
        var blocks = prompt.Blocks;
        var marks = Enumerable.Range(0, blocks.Count).Where(i => blocks[i].CacheLife is not null && blocks[i].Tokens >= MinTokens).ToList();
        if (marks.Count == 0) return new RehearsalUsage(prompt.Tokens, 0, 0, 0, 0);

        var now = time.GetUtcNow();
        lock (_gate)
        {
            var read = LongestHit(blocks, marks, now);
            var (write5m, write1h, covered) = (0, 0, read);
            foreach (var mark in marks)
            {
                var life = blocks[mark].CacheLife!.Value;
                if (blocks[mark].Tokens > covered)
                {
                    var added = blocks[mark].Tokens - covered;
                    if (life > s_short) write1h += added;
                    else write5m += added;
                    covered = blocks[mark].Tokens;
                }

                Put(blocks[mark].Hash, now, life);
            }

            return new RehearsalUsage(prompt.Tokens - covered, read, write5m, write1h, 0);
        }
    }

    private int LongestHit(IReadOnlyList<PrefixBlock> blocks, List<int> marks, DateTimeOffset now)
    {
        for (var m = marks.Count - 1; m >= 0; m--)
        {
            for (var i = marks[m]; i >= 0 && i > marks[m] - LookBack; i--)
            {
                if (!_entries.TryGetValue(blocks[i].Hash, out var entry) || entry.Expires <= now) continue;
                _entries[blocks[i].Hash] = entry with { Expires = now + entry.Life };
                return blocks[i].Tokens;
            }
        }

        return 0;
    }

    private void Put(string hash, DateTimeOffset now, TimeSpan life)
    {
        if (_entries.Count >= MaxEntries && !_entries.ContainsKey(hash))
        {
            // Dropping the half that dies soonest keeps the cost of a full cache small per request.
            foreach (var old in _entries.OrderBy(e => e.Value.Expires).Take(MaxEntries / 2).Select(e => e.Key).ToList())
                _entries.Remove(old);
        }

        _entries[hash] = new Entry(now + life, life);
    }

    private readonly record struct Entry(DateTimeOffset Expires, TimeSpan Life);
}
