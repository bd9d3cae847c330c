using Awoc.Core.Agents;
using Awoc.Core.Tasks;
using Awoc.Engine.Scheduling;
using Awoc.Engine.Supervision;

namespace Awoc.Engine.Launching;

/// <summary>What a batch would be, what it waits for included. Nothing is stored and no id is used up.</summary>
public sealed class BatchPlanner(EnginePorts ports)
{
    public async Task<BatchOutlook> LookAsync(BatchOrder batch, CancellationToken cancellation)
    {
        var site = new LaunchSite(ports);
        TaskId[] ids = [.. batch.Entries.Select(_ => TaskId.New(ports.Time))];
        var drafted = await BatchDraft.MakeAsync(ports, site, batch, ids, isRepeat: false, cancellation);
        List<PlannedLaunch> planned = [];
        for (var at = 0; at < drafted.Specs.Count; at++)
        {
            if (drafted.Specs[at] is not { } spec) continue;
            planned.Add(new PlannedLaunch(at, spec, spec.Rehearsal ? PastUse.None : PastUse.Of(await site.PastAsync(spec.Type, spec.Agent, cancellation))));
        }

        return new BatchOutlook(
            planned, drafted.Faults, drafted.NoAgent, [.. drafted.Notices.Distinct()], site.At(batch.Entries[0].Order.Cwd).Settings.Concurrency ?? ConcurrencyLimit.Default);
    }
}

/// <param name="Tasks">Those that are without a fault, in the order of the batch.</param>
/// <param name="NoAgent">No agent can run one of them; null where each has one.</param>
/// <param name="Slots">Attempts at once.</param>
public sealed record BatchOutlook(
    IReadOnlyList<PlannedLaunch> Tasks, IReadOnlyList<SpecFault> Faults, LaunchAnswer? NoAgent, IReadOnlyList<string> Notices, int Slots);

/// <param name="Index">Its place in the batch, from 0.</param>
/// <param name="Past">What earlier tasks of its type took.</param>
public sealed record PlannedLaunch(int Index, TaskSpec Spec, PastUse Past);
