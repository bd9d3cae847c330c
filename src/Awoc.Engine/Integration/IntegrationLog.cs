using Awoc.Core.Contracts;
using Awoc.Core.Integration;
using Awoc.Core.Lifecycle;
using Awoc.Core.Store;
using Awoc.Core.Tasks;

namespace Awoc.Engine.Integration;

/// <summary>What became of a task's result so far, read from its events.</summary>
internal sealed record IntegrationLog(IReadOnlyList<IntegrationRecord> Records, IReadOnlySet<int> Undone, IReadOnlyList<Finding> Findings)
{
    private const int Batch = 500;

    /// <summary>The newest that still stands; null for none.</summary>
    public IntegrationRecord? Last => Records.LastOrDefault(r => !Undone.Contains(r.Number));

    /// <summary>The next number that no integration has had.</summary>
    public int Next => Records.Count == 0 ? 1 : Records.Max(r => r.Number) + 1;

    public static async Task<IntegrationLog> ReadAsync(ITaskStore store, TaskId id, CancellationToken cancellation)
    {
        List<IntegrationRecord> records = [];
        HashSet<int> undone = [];
        IReadOnlyList<Finding> findings = [];
        var after = 0L;
        while (true)
        {
            var events = await store.EventsAsync(after, Batch, id, cancellation);
            foreach (var e in events)
            {
                switch (e.Event)
                {
                    case TaskEvent.Integrated i: records.Add(i.Record); break;
                    case TaskEvent.IntegrationUndone u: undone.Add(u.Number); break;
                    case TaskEvent.Ended { Ending: var ending }: findings = ending.Findings; break;
                    case TaskEvent.Verified v: findings = v.Findings.IsDefault ? [] : v.Findings; break;
                }
            }

            if (events.Count < Batch) return new IntegrationLog(records, undone, findings);
            after = events[^1].Seq;
        }
    }
}
