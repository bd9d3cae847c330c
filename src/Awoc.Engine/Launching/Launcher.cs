using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Awoc.Core;
using Awoc.Core.Agents;
using Awoc.Core.Lifecycle;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Engine.Budgets;
using Awoc.Engine.Supervision;
using Awoc.Engine.Tasks;

namespace Awoc.Engine.Launching;

/// <summary>Every launch goes through here, whatever door it came in by: validated whole, all or nothing, durable before it is acknowledged.</summary>
public sealed class Launcher(EnginePorts ports, SecretSupply supply)
{
    public const string RehearsalModel = "rehearsal";
    public const string RehearsalVariable = "AWOC_REHEARSAL";

    /// <param name="idempotencyKey">A second launch under the same key, which asks for the same, launches nothing.</param>
    public async Task<LaunchAnswer> LaunchAsync(BatchOrder batch, string? idempotencyKey, CancellationToken cancellation)
    {
        if (batch.Entries.Count is 0 or > BatchOrder.MostTasks)
            return new LaunchAnswer.Invalid([new SpecFault("tasks", $"{batch.Entries.Count}", $"from 1 to {BatchOrder.MostTasks} tasks")]);
        var site = new LaunchSite(ports);
        TaskId[] ids = [.. batch.Entries.Select(_ => TaskId.New(ports.Time))];
        var drafts = BatchMoney.Spread(ports, batch, Draft(batch, site));
        var specs = await new Dependencies(ports, batch, ids).PutIntoAsync([.. drafts.Select(d => (d as SpecAnswer.Made)?.Spec)], cancellation);
        if (Refusal(batch, drafts, specs) is { } refused) return refused;

        var now = ports.Time.GetUtcNow();
        Decision.Accepted[] launches = [.. specs.Select((s, at) => TaskLifecycle.Launch(ids[at], s.Spec, now))];
        var room = await RoomAsync(batch, launches, site, cancellation);
        if (room.Refused is { } full) return full;
        List<string> notices = [.. drafts.OfType<SpecAnswer.Made>().SelectMany(m => m.Notices)];
        foreach (var launch in launches) notices.AddRange(await site.ForewarnAsync(launch.Next.Spec, cancellation));
        notices.AddRange(room.Notices);

        switch (await StoreAsync(batch, launches, idempotencyKey, cancellation))
        {
            case LaunchResult.Stored:
                _ = Task.Run(() => ports.Files.Complete([.. launches.Select(l => l.Next)]), CancellationToken.None);
                return new LaunchAnswer.Launched([.. launches.Select(l => l.Next)], [.. notices.Distinct()]);
            case LaunchResult.Repeated(var earlier):
                return new LaunchAnswer.Repeated(await RepeatAsync(batch, earlier, cancellation));
            case LaunchResult.OutputTaken(var output, var by):
                var at = Array.IndexOf(ids, by);
                return new LaunchAnswer.Conflict(at >= 0
                    ? $"two tasks of the batch are to write {output}, one of them task {batch.Label(at)}: name another output"
                    : $"task {by.Handle} is going to write {output}: wait for it (awoc wait {by.Handle}), cancel it, or name another output");
            case LaunchResult.KeyReused:
                return new LaunchAnswer.Conflict("the idempotency key belongs to a different launch: use a new one");
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private SpecAnswer[] Draft(BatchOrder batch, LaunchSite site)
    {
        var draft = new SpecDraft(ports, site);
        return
        [
            .. batch.Entries.Select(entry => Shared(batch, draft.Of(entry.Order with { Group = entry.Order.Group ?? batch.Group })) switch
            {
                SpecAnswer.Made made when entry is { Step: { } step, Key: { } key } && made.Spec.Group is { } run =>
                    made with { Spec = made.Spec with { Step = new WorkflowStep(step.Workflow, run, key, step.InputsSha) { Replaces = step.Replaces } } },
                var answer => answer,
            }),
        ];
    }

    /// <summary>With what the tasks of the batch may use together, where they call a model and are of its group.</summary>
    private static SpecAnswer Shared(BatchOrder batch, SpecAnswer answer) =>
        answer is SpecAnswer.Made { Spec: { Model: not null } spec } made && spec.Group == batch.Group
            ? made with { Spec = spec with { GroupTokens = batch.Tokens, GroupInputTokens = batch.InputTokens } }
            : answer;

    /// <summary>Every fault of every task; null when there is none.</summary>
    private static LaunchAnswer? Refusal(BatchOrder batch, IReadOnlyList<SpecAnswer> drafts, IReadOnlyList<(TaskSpec Spec, List<SpecFault> Faults)> specs)
    {
        List<SpecFault> faults = [];
        for (var at = 0; at < drafts.Count; at++)
        {
            IEnumerable<SpecFault> own = drafts[at] is SpecAnswer.Faulty(var drafted) ? [.. drafted, .. specs[at].Faults] : specs[at].Faults;
            faults.AddRange(own.Select(f => f with { Task = batch.Label(at), Index = at }));
        }

        if (faults.Count > 0) return new LaunchAnswer.Invalid(faults);
        return drafts.OfType<SpecAnswer.NoAgent>().FirstOrDefault() is { } none ? LaunchAnswer.Of(none) : null;
    }

    /// <summary>Whether the shared budgets have room for each of the tasks, and whether they are refused where they have not.</summary>
    private async Task<(LaunchAnswer? Refused, IReadOnlyList<string> Notices)> RoomAsync(
        BatchOrder batch, Decision.Accepted[] launches, LaunchSite site, CancellationToken cancellation)
    {
        List<SpecFault> never = [];
        List<string> notices = [];
        for (var at = 0; at < launches.Length; at++)
        {
            var task = launches[at].Next;
            await ports.LearnAsync(task.Spec.Group, cancellation);
            if (ports.Pools.Ask(task, site.Pools) is not { } shortage) continue;
            if (shortage.Never) never.Add(new SpecFault(shortage.Need.Field, shortage.Need.Value, shortage.Text) { Task = batch.Label(at), Index = at });
            else if (site.Pools.OnShort == OnShort.Refuse) return (new LaunchAnswer.Short(shortage.Text), []);
            else notices.Add($"{(batch.Label(at) is { } label ? $"task {label}" : "it")} will wait: {shortage.Text}");
        }

        return (never.Count > 0 ? new LaunchAnswer.Invalid(never) : null, notices);
    }

    private async Task<LaunchResult> StoreAsync(BatchOrder batch, Decision.Accepted[] launches, string? idempotencyKey, CancellationToken cancellation)
    {
        LaunchResult? stored = null;
        try
        {
            // Both before the commit: the dispatcher may take a task in the same millisecond.
            for (var at = 0; at < launches.Length; at++) ports.Vault.Put(launches[at].Next.Id, batch.Entries[at].Order.Secrets);
            ports.Files.Create([.. launches.Select(l => l.Next)]);
            var sha = idempotencyKey is null ? null : RequestSha(batch, launches);
            cancellation.ThrowIfCancellationRequested();
            // Not to be called off in its midst: whether it was stored would be anybody's guess.
            return stored = await ports.Book.LaunchAsync(launches, idempotencyKey, sha, CancellationToken.None);
        }
        finally
        {
            if (stored is not LaunchResult.Stored)
            {
                foreach (var launch in launches)
                {
                    ports.Vault.Forget(launch.Next.Id);
                    ports.Files.Remove(launch.Next.Id);
                }
            }
        }
    }

    /// <summary>The daemon that took the launch may have died with what it held in memory.</summary>
    private async Task<IReadOnlyList<AgentTask>> RepeatAsync(BatchOrder batch, IReadOnlyList<TaskId> ids, CancellationToken cancellation)
    {
        List<AgentTask> tasks = [];
        for (var at = 0; at < ids.Count; at++)
        {
            var earlier = await ports.Book.Store.FindAsync(ids[at], cancellation) ?? throw new StoreException($"task {ids[at]} of a repeated launch is gone");
            await supply.SupplyAsync(earlier, batch.Entries[at].Order.Secrets, cancellation);
            tasks.Add(earlier);
        }

        return tasks;
    }

    /// <summary>Over what was asked for: the ids and times that it comes to are others each time.</summary>
    private static string RequestSha(BatchOrder batch, Decision.Accepted[] launches)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var at = 0; at < launches.Length; at++)
        {
            var (key, order) = (batch.Entries[at].Key, batch.Entries[at].Order);
            var spec = launches[at].Next.Spec with { Start = null, References = null! };
            sha.AppendData(JsonSerializer.SerializeToUtf8Bytes(spec, CoreJson.Default.TaskSpec));
            string?[] words = [key, order.OnUnmet, order.At, order.In, order.Cron, order.Zone, batch.Entries[at].Step?.When];
            sha.AppendData(Encoding.UTF8.GetBytes(
                string.Join('\0', [.. words, "", .. order.After, "", .. order.AfterAny, "", .. order.AfterEnded, "\n"])));
        }

        return Convert.ToHexStringLower(sha.GetHashAndReset());
    }
}
