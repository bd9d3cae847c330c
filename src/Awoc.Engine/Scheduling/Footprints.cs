using System.Collections.Concurrent;
using System.Globalization;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Engine.Agents;

namespace Awoc.Engine.Scheduling;

/// <summary>
/// How much memory an attempt of each agent takes with all its tools at its peak, learnt from those that ran: up at once by half of
/// what was more, down slowly. Before the first, what its runner says.
/// </summary>
public sealed class Footprints(AgentRoster roster)
{
    private const string MarkPrefix = "footprint.";
    private const double Up = 0.5;
    private const double Down = 0.1;

    private readonly ConcurrentDictionary<string, long> _learnt = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<TaskId, (long Now, long Peak)> _seen = new();
    private readonly ConcurrentDictionary<string, long> _stored = new(StringComparer.Ordinal);

    /// <summary>In bytes.</summary>
    public long Of(string agent) => _learnt.TryGetValue(agent, out var bytes) ? bytes : (long)(roster.Find(agent)?.Traits.FootprintMb ?? 0) << 20;

    /// <summary>What one that runs is expected to take yet, in bytes.</summary>
    public long Growth(TaskId id, string agent) => Math.Max(0, Of(agent) - (_seen.TryGetValue(id, out var seen) ? seen.Now : 0));

    /// <summary>What the processes of one that runs hold now, in bytes.</summary>
    public void Saw(TaskId id, long bytes) => _seen.AddOrUpdate(id, (bytes, bytes), (_, before) => (bytes, Math.Max(bytes, before.Peak)));

    /// <summary>One that was never seen, as it ended at once, teaches nothing.</summary>
    public void Ended(TaskId id, string agent)
    {
        if (!_seen.TryRemove(id, out var seen)) return;
        var before = Of(agent);
        _learnt[agent] = before + (long)((seen.Peak - before) * (seen.Peak > before ? Up : Down));
    }

    public async Task LoadAsync(ITaskStore store, CancellationToken cancellation)
    {
        foreach (var agent in roster.Runners.Select(r => r.Name))
        {
            if (await store.MarkAsync(MarkPrefix + agent, cancellation) is { } text && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes))
                _learnt[agent] = _stored[agent] = bytes;
        }
    }

    /// <summary>Those that changed by enough to matter.</summary>
    public async Task SaveAsync(ITaskStore store, CancellationToken cancellation)
    {
        foreach (var (agent, bytes) in _learnt)
        {
            var before = _stored.GetValueOrDefault(agent);
            if (Math.Abs(bytes - before) <= before / 20) continue;
            await store.SetMarkAsync(MarkPrefix + agent, bytes.ToString(CultureInfo.InvariantCulture), cancellation);
            _stored[agent] = bytes;
        }
    }
}
