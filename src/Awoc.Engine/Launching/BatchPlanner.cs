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
        var draft = new SpecDraft(ports, site);
        var drafts = BatchMoney.Spread(ports, batch, [.. batch.Entries.Select(e => draft.Of(e.Order with { Group = e.Order.Group ?? batch.Group }))]);
        TaskId[] ids = [.. batch.Entries.Select(_ => TaskId.New(ports.Time))];
        var specs = await new Dependencies(ports, batch, ids).PutIntoAsync([.. drafts.Select(d => (d as SpecAnswer.Made)?.Spec)], cancellation);
        List<SpecFault> faults = [];
        List<PlannedLaunch> planned = [];
        List<string> notices = [];
        for (var at = 0; at < drafts.Count; at++)
        {
            IEnumerable<SpecFault> own = drafts[at] is SpecAnswer.Faulty(var drafted) ? [.. drafted, .. specs[at].Faults] : specs[at].Faults;
            faults.AddRange(own.Select(f => f with { Task = batch.Label(at), Index = at }));
            if (drafts[at] is not SpecAnswer.Made made) continue;
            var spec = specs[at].Spec;
            notices.AddRange(made.Notices);
            planned.Add(new PlannedLaunch(at, spec, spec.Rehearsal ? PastUse.None : PastUse.Of(await site.PastAsync(spec.Type, spec.Agent, cancellation))));
        }

        return new BatchOutlook(
            planned,
            faults,
            drafts.OfType<SpecAnswer.NoAgent>().Select(LaunchAnswer.Of).FirstOrDefault(),
            [.. notices.Distinct()],
            site.At(batch.Entries[0].Order.Cwd).Settings.Concurrency ?? ConcurrencyLimit.Default);
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
