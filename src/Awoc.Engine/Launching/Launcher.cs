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
        // What a launch has used up since is in the way of any but its own repeat.
        var isRepeat = idempotencyKey is not null && await ports.Book.Store.FindKeyAsync(idempotencyKey, cancellation) is not null;
        var drafted = await BatchDraft.MakeAsync(ports, site, batch, ids, isRepeat, cancellation);
        if (drafted.Faults.Count > 0) return new LaunchAnswer.Invalid(drafted.Faults);
        if (drafted.NoAgent is { } none) return none;

        var now = ports.Time.GetUtcNow();
        Decision.Accepted[] launches = [.. drafted.Specs.Select((spec, at) => TaskLifecycle.Launch(ids[at], spec!, now))];
        var room = isRepeat ? (null, []) : await RoomAsync(batch, launches, site, cancellation);
        if (room.Refused is { } full) return full;
        List<string> notices = [.. drafted.Notices];
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
                return LaunchAnswer.Conflict.KeyReused;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
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
            var (whole, now) = (ports.Pools.Ask(task, site.Pools, whole: true), ports.Pools.Ask(task, site.Pools));
            if (whole is { Never: true } or { Final: true }) never.Add(new SpecFault(whole.Need.Field, whole.Need.Value, whole.Text) { Task = batch.Label(at), Index = at });
            else if (now is not { } shortage) continue;
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
            var sha = idempotencyKey is null ? null : batch.RequestSha ?? RequestSha(batch, launches);
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
            // A share of what the group has not spent yet is another each time, too.
            if (batch.MaxCost is not null && order.MaxCost is null) spec = spec with { Budget = spec.Budget with { CostUsd = null } };
            sha.AppendData(JsonSerializer.SerializeToUtf8Bytes(spec, CoreJson.Default.TaskSpec));
            string?[] words = [key, order.OnUnmet, order.At, order.In, order.Cron, order.Zone, batch.Entries[at].Step?.When];
            sha.AppendData(Encoding.UTF8.GetBytes(
                string.Join('\0', [.. words, "", .. order.After, "", .. order.AfterAny, "", .. order.AfterEnded, "\n"])));
        }

        return Convert.ToHexStringLower(sha.GetHashAndReset());
    }
}
