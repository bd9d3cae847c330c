using Awoc.Core.Agents;
using Awoc.Core.Tasks;
using Awoc.Engine.Supervision;

namespace Awoc.Engine.Launching;

/// <summary>What the launches of a batch would be. Nothing is stored and no id is used up; what they wait for is not looked at.</summary>
public sealed class BatchDraft(EnginePorts ports)
{
    /// <returns>In the order of the batch.</returns>
    public async Task<IReadOnlyList<DraftedLaunch>> OfAsync(BatchOrder batch, CancellationToken cancellation)
    {
        var site = new LaunchSite(ports);
        var draft = new SpecDraft(ports, site);
        List<DraftedLaunch> drafts = new(batch.Entries.Count);
        foreach (var entry in batch.Entries)
        {
            drafts.Add(draft.Of(entry.Order) switch
            {
                SpecAnswer.Made(var spec, _, _) => new DraftedLaunch(spec, [], null)
                {
                    Past = spec.Rehearsal ? PastUse.None : PastUse.Of(await site.PastAsync(spec.Type, spec.Agent, cancellation)),
                },
                SpecAnswer.Faulty(var faults) => new DraftedLaunch(null, faults, null),
                SpecAnswer.NoAgent none => new DraftedLaunch(null, [], LaunchAnswer.Of(none)),
                _ => throw new System.Diagnostics.UnreachableException(),
            });
        }

        return drafts;
    }
}

/// <summary>What one launch would be.</summary>
/// <param name="Spec">Null where it would be refused.</param>
/// <param name="Faults">What is wrong with the order.</param>
/// <param name="NoAgent">No agent can run it; null where one can.</param>
public sealed record DraftedLaunch(TaskSpec? Spec, IReadOnlyList<SpecFault> Faults, LaunchAnswer? NoAgent)
{
    /// <summary>What earlier tasks of its type took.</summary>
    public PastUse Past { get; init; } = PastUse.None;
}
