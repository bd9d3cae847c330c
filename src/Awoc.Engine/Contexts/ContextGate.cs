using System.Globalization;
using Awoc.Core.Lifecycle;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Engine.Agents;
using Awoc.Engine.Scheduling;
using Awoc.Engine.Settings;
using Awoc.Engine.Supervision;
using Awoc.Engine.Tasks;
using Microsoft.Extensions.Logging;

namespace Awoc.Engine.Contexts;

/// <summary>
/// Lets the first task with a shared context through and holds the others until its first answer has begun. Whatever becomes
/// of the leader, each of them is tried again by itself after <see cref="PrefixBook.Patience"/>.
/// </summary>
public sealed partial class ContextGate : IStartGate, ITaskObserver
{
    /// <summary>On their way to the store at one time: they share its transactions.</summary>
    private const int Together = 512;

    private readonly EnginePorts _ports;
    private readonly ILogger<ContextGate> _log;
    private readonly Lock _gate = new();

    /// <summary>Those that may start and are not back in their queue yet, in the order in which they were held.</summary>
    private readonly Queue<TaskId> _free = [];

    private bool _waking;

    public ContextGate(EnginePorts ports, ILogger<ContextGate> log)
    {
        (_ports, _log) = (ports, log);
        ports.Contexts.Freed += Wake;
    }

    private SharedContexts Contexts => _ports.Contexts;

    /// <inheritdoc/>
    public async ValueTask<StartHold?> AskAsync(AgentTask task, CancellationToken stop)
    {
        if (await ChosenAsync(task, stop) is not { WorthIt: true } chosen) return null;
        if (Contexts.Prefixes.Ask(chosen.Key, task.Id, task.Version, chosen.ForAnHour) is not PrefixAnswer.Wait(var leader, var until)) return null;
        return new StartHold(
            WaitKind.Context,
            until,
            string.Create(CultureInfo.InvariantCulture, $"task {leader.Handle}, which writes the {chosen.Block.Tokens:#,0} tokens that they share to the provider's cache"));
    }

    /// <inheritdoc/>
    public void Release(AgentTask task) => Wake(Contexts.Prefixes.Gone(task.Id));

    /// <inheritdoc/>
    public void Changed(AgentTask task)
    {
        Contexts.Note(task);
        if (IsHeld(task))
        {
            if (Contexts.Prefixes.IsOpen(task.Id)) Wake([task.Id]);
        }
        else if (!task.InAttempt && task.State != TaskState.Queued)
        {
            Wake(Contexts.Prefixes.Gone(task.Id, task.Version));
        }
    }

    /// <summary>Null for a task that shares nothing, and for one whose agent or settings are in no order: its start tells of that.</summary>
    private async Task<ChosenContext?> ChosenAsync(AgentTask task, CancellationToken stop)
    {
        if (_ports.Roster.Find(task.Spec.Agent) is not { Traits.UsesModel: true } runner) return null;
        try
        {
            var variables = new Dictionary<string, string>(task.Spec.Environment);
            foreach (var (name, value) in _ports.Vault.Get(task.Id)) variables[name] = value;
            var availability = AgentRoster.Probe(runner, variables, task.Spec.Rehearsal, _ports.Settings.Read(task.Spec.Cwd));
            return await Contexts.ChooseAsync(task, runner, availability.Upstream, stop);
        }
        catch (Exception broken) when (broken is SettingsException or IOException or UnauthorizedAccessException or StoreException)
        {
            // Nobody is held for a saving that cannot be worked out.
            if (broken is not SettingsException) LogNotChosen(broken, task.Id);
            return null;
        }
    }

    private void Wake(IReadOnlyList<TaskId> tasks)
    {
        if (tasks.Count == 0) return;
        lock (_gate)
        {
            foreach (var id in tasks) _free.Enqueue(id);
            if (_waking) return;
            _waking = true;
        }

        // On a gateway's or a store's thread: neither is to wait for the other.
        _ = Task.Run(WakeAllAsync);
    }

    private async Task WakeAllAsync()
    {
        while (true)
        {
            List<TaskId> some = [];
            lock (_gate)
            {
                while (some.Count < Together && _free.TryDequeue(out var id)) some.Add(id);
                if (some.Count == 0)
                {
                    _waking = false;
                    return;
                }
            }

            await WakeAsync(some);
        }
    }

    private async Task WakeAsync(IReadOnlyList<TaskId> some)
    {
        try
        {
            var waiting = (await _ports.Book.Store.FindAsync(some, CancellationToken.None)).Where(IsHeld).ToList();
            var entries = await Task.WhenAll(waiting.Select(task => _ports.Book.TryApplyAsync(task, new TaskCommand.Enqueue(), CancellationToken.None)));
            foreach (var (task, _) in waiting.Zip(entries).Where(e => e.Second is BookEntry.Raced)) await WakeAsync(task.Id);
        }
        catch (Exception broken)
        {
            // Their time comes by itself; whatever it was, the others are woken.
            foreach (var id in some) LogNotWoken(broken, id);
        }
    }

    private static bool IsHeld(AgentTask task) => task is { State: TaskState.Scheduled, WaitKind: WaitKind.Context };

    private async Task WakeAsync(TaskId id)
    {
        try
        {
            while (await _ports.Book.Store.FindAsync(id, CancellationToken.None) is { } task && IsHeld(task))
            {
                if (await _ports.Book.TryApplyAsync(task, new TaskCommand.Enqueue(), CancellationToken.None) is not BookEntry.Raced) return;
            }
        }
        catch (Exception broken)
        {
            // Its time comes by itself.
            LogNotWoken(broken, id);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "what task {Id} shares could not be found out: it is not held")]
    private partial void LogNotChosen(Exception broken, TaskId id);

    [LoggerMessage(Level = LogLevel.Warning, Message = "task {Id} may start and could not be put back into its queue: it is tried again when its time comes")]
    private partial void LogNotWoken(Exception broken, TaskId id);
}
