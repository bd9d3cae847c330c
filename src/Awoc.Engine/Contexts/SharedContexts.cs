using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Engine.Homes;
using Awoc.Engine.Launching;
using Awoc.Engine.Scheduling;
using Awoc.Engine.Settings;
using Awoc.Engine.Supervision;
using Awoc.Engine.Verifying;

namespace Awoc.Engine.Contexts;

/// <summary>What tasks share at the head of their requests: made, named, and followed into the provider's cache.</summary>
public sealed class SharedContexts(AwocPaths paths, ISettingsSource settings, ITaskStore store, RehearsalUpstream rehearsal, TimeProvider time)
{
    private readonly ConcurrentDictionary<TaskId, ChosenContext> _chosen = new();
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<TaskId, bool>> _groups = new();

    public PrefixBook Prefixes { get; } = new(time);

    public PreparedContexts Prepared { get; } = new(paths, time);

    /// <summary>Told which tasks wait for their head no longer.</summary>
    public event Action<IReadOnlyList<TaskId>>? Freed;

    /// <summary>What the task would send, as things are now; null for nothing that it shares.</summary>
    /// <param name="upstream">Where its model calls go; null where that is not known yet.</param>
    public Task<ChosenContext?> ChooseAsync(AgentTask task, IRunner runner, ModelUpstream? upstream, CancellationToken cancellation) =>
        ChooseAsync(task.Spec, task.Budget.Tokens - task.Usage.Output, runner, upstream, hour: null, cancellation);

    /// <param name="hour">Whether it is to live an hour; null: by how long the group is going to work.</param>
    /// <inheritdoc cref="ChooseAsync(AgentTask, IRunner, ModelUpstream?, CancellationToken)"/>
    public async Task<ChosenContext?> ChooseAsync(
        TaskSpec spec, long tokensLeft, IRunner runner, ModelUpstream? upstream, bool? hour, CancellationToken cancellation)
    {
        var configured = settings.Read(spec.Cwd);
        var head = runner.HeadOf(new AttemptHead(spec, tokensLeft, NativeSchema.Of(spec), configured.ForAgent(runner.Name)));
        if (head is null || await ComposeAsync(spec, configured, cancellation) is not { } block) return null;
        var key = ContextKey.Of(runner.Name, spec.Model, head, NameOf(spec.Rehearsal ? rehearsal.For(spec) : upstream), block.Sha);
        var least = CacheRules.Least(runner.ModelAsked(spec) ?? spec.Model);
        // Those that share a head agree on its life: what the first one said holds as long as it is known.
        var known = _chosen.Values.FirstOrDefault(c => c.Key == key);
        return new ChosenContext(block, key, hour ?? known?.ForAnHour ?? await OutlivesAsync(spec, configured, cancellation), block.Tokens >= least);
    }

    /// <inheritdoc cref="ChooseAsync"/>
    /// <remarks>The task starts with it.</remarks>
    public async Task<ChosenContext?> TakeAsync(AgentTask task, IRunner runner, ModelUpstream? upstream, CancellationToken cancellation)
    {
        if (await ChooseAsync(task, runner, upstream, cancellation) is not { } chosen) return null;
        _chosen[task.Id] = chosen;
        return chosen;
    }

    /// <summary>What a running task sends.</summary>
    public ChosenContext? Of(TaskId task) => _chosen.GetValueOrDefault(task);

    /// <summary>The text for a task as it is; null for nothing.</summary>
    public async Task<ContextBlock?> ComposeAsync(TaskSpec spec, AwocSettings configured, CancellationToken cancellation)
    {
        List<string> parts = [];
        var map = await Prepared.FreshAsync(spec.Type, spec.Cwd, configured.Contexts, cancellation);
        if (map is not null) parts.Add(map.Text);

        // Alone, a task reads what it needs of a large file; a group that is given one has a use for all of it.
        var files = spec is { Group: not null, Context.IsDefaultOrEmpty: false } ? ContextFiles.Whole(spec.Context, configured.Contexts.FileTokens) : [];
        if (files.Count > 0) parts.Add(Prompts.SharedText.OfFiles(files));
        return parts.Count == 0 ? null : new ContextBlock { Parts = [.. parts], Files = [.. files.Select(f => f.Path)], Map = map };
    }

    /// <summary>An answer to one of the task's requests has begun.</summary>
    public void Begun(TaskId task, AnswerBegun answer)
    {
        // A request that is shorter than the context has it not: an agent program asks small questions of its own.
        if (_chosen.TryGetValue(task, out var chosen) && answer.RequestBytes >= chosen.Block.Bytes) Free(Prefixes.Begun(task));
    }

    /// <summary>Somebody who is no task has written or read it.</summary>
    public void Warmed(ChosenContext chosen) => Free(Prefixes.Begun(chosen.Key, chosen.ForAnHour));

    /// <summary>Keeps count of a group's tasks that are still to end.</summary>
    public void Note(AgentTask task)
    {
        if (!task.InAttempt) _chosen.TryRemove(task.Id, out _);
        if (task.Spec.Group is not { } group) return;
        if (task.State != TaskState.Ended)
        {
            _groups.GetOrAdd(group, static _ => new())[task.Id] = true;
        }
        else if (_groups.TryGetValue(group, out var live))
        {
            live.TryRemove(task.Id, out _);
            if (live.IsEmpty) _groups.TryRemove(new(group, live));
        }
    }

    private void Free(IReadOnlyList<TaskId> tasks)
    {
        if (tasks.Count > 0) Freed?.Invoke(tasks);
    }

    /// <summary>Whether the group will go on for longer than five minutes: its tasks, by what such tasks took, over the slots there are.</summary>
    private async Task<bool> OutlivesAsync(TaskSpec spec, AwocSettings configured, CancellationToken cancellation)
    {
        if (spec.Group is not { } group || !_groups.TryGetValue(group, out var live)) return false;
        var past = PastUse.Of(await store.RecentAsync(spec.Type, spec.Agent, PastUse.Looked, cancellation));
        return GroupLife.Outlives(live.Count, past, configured.Concurrency ?? ConcurrencyLimit.Default);
    }

    private static string NameOf(ModelUpstream? upstream)
    {
        if (upstream is null) return "";
        var secret = upstream.Secret is { } value ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(value))) : "";
        return $"{upstream.BaseUrl} {upstream.Auth} {secret}";
    }
}
