using Awoc.Core.Agents;
using Awoc.Core.Tasks;
using Awoc.Engine.Supervision;

namespace Awoc.Engine.Launching;

/// <summary>From a batch's orders to specs that are whole, or to all that is wrong with them: the one way for what is launched and what is only planned.</summary>
internal static class BatchDraft
{
    /// <param name="ids">Of the tasks to be, in the order of the batch.</param>
    /// <param name="isRepeat">Something was launched under its idempotency key: this is the same, or refused.</param>
    public static async Task<DraftedBatch> MakeAsync(
        EnginePorts ports, LaunchSite site, BatchOrder batch, IReadOnlyList<TaskId> ids, bool isRepeat, CancellationToken cancellation)
    {
        var draft = new SpecDraft(ports, site);
        SpecAnswer[] own = [.. batch.Entries.Select(entry => Placed(entry, Shared(batch, draft.Of(entry.Order with { Group = entry.Order.Group ?? batch.Group }))))];
        var answers = await BatchMoney.SpreadAsync(ports, batch, own, isRepeat, cancellation);
        var specs = await new Dependencies(ports, batch, ids).PutIntoAsync([.. answers.Select(a => (a as SpecAnswer.Made)?.Spec)], cancellation);
        List<SpecFault> faults = [];
        for (var at = 0; at < answers.Count; at++)
        {
            IEnumerable<SpecFault> found = answers[at] is SpecAnswer.Faulty(var drafted) ? [.. drafted, .. specs[at].Faults] : specs[at].Faults;
            faults.AddRange(found.Select(f => f with { Task = batch.Label(at), Index = at }));
        }

        return new DraftedBatch([.. answers.Select((a, at) => a is SpecAnswer.Made ? specs[at].Spec : null)], faults)
        {
            NoAgent = answers.OfType<SpecAnswer.NoAgent>().Select(LaunchAnswer.Of).FirstOrDefault(),
            Notices = [.. answers.OfType<SpecAnswer.Made>().SelectMany(m => m.Notices)],
        };
    }

    private static SpecAnswer Placed(BatchEntry entry, SpecAnswer answer) =>
        answer is SpecAnswer.Made made && entry is { Step: { } step, Key: { } key } && made.Spec.Group is { } run
            ? made with { Spec = made.Spec with { Step = new WorkflowStep(step.Workflow, run, key, step.InputsSha) { Replaces = step.Replaces } } }
            : answer;

    /// <summary>With what the tasks of the batch may use together, where they call a model and are of its group.</summary>
    private static SpecAnswer Shared(BatchOrder batch, SpecAnswer answer) =>
        answer is SpecAnswer.Made { Spec: { Model: not null } spec } made && spec.Group == batch.Group
            ? made with { Spec = spec with { GroupTokens = batch.Tokens, GroupInputTokens = batch.InputTokens } }
            : answer;
}

/// <param name="Specs">In the order of the batch; null for one that is faulty by itself.</param>
/// <param name="Faults">Of every task.</param>
internal sealed record DraftedBatch(IReadOnlyList<TaskSpec?> Specs, IReadOnlyList<SpecFault> Faults)
{
    /// <summary>No agent can run one of them; null where each has one.</summary>
    public LaunchAnswer? NoAgent { get; init; }

    public IReadOnlyList<string> Notices { get; init; } = [];
}
