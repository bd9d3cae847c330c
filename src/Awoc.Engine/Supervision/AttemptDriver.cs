using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Core.Lifecycle;
using Awoc.Core.Tasks;
using Awoc.Engine.Endings;
using Awoc.Engine.Homes;
using Awoc.Engine.Settings;
using Awoc.Engine.Shims;
using Microsoft.Extensions.Logging;

namespace Awoc.Engine.Supervision;

/// <summary>
/// Drives one attempt from its dispatch or adoption to its end. All an agent depends on lives in its shim: this only
/// follows, and may die at any moment. Whatever it knows it can learn again from the attempt's directory.
/// </summary>
/// <param name="over">Called when the attempt's processes are gone, before its end is written down.</param>
public sealed partial class AttemptDriver(
    EnginePorts ports, AgentTask task, IRunner runner, Func<AgentAvailability> probe, Action<ShimExit?> over, ILogger log)
{
    private static readonly TimeSpan s_connectPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_sweepPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_progressEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_firstBackOff = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestBackOff = TimeSpan.FromSeconds(60);

    private readonly AttemptFolder _attempt = ports.Paths.Task(task.Id).Attempt(task.Attempt);
    private readonly TaskCompletionSource<string> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile AttemptStory _story = new();
    private PreparedAttempt? _prepared;
    private GatewayRecord? _closed;
    private long _progressAt = ports.Time.GetTimestamp();
    private long _savedOffset;
    private string? _savedSession;
    private bool _adopted;
    private bool? _warm;
    private volatile Budget _budget = task.Budget;
    private volatile SignalQueue? _signals;
    private volatile RunClock? _clock;
    private volatile AgentConversation _conversation = null!;

    public TaskId Task => task.Id;

    /// <summary>Completes when the agent's model calls find their way, or when there is no need for it.</summary>
    public Task Ready => _ready.Task;

    /// <summary>The task with the limits that are in force by now.</summary>
    private AgentTask Current => task with { Budget = _budget };

    /// <summary>Spent so far, while it runs.</summary>
    public Usage Usage => task.Usage + (ports.Gateway.Find(task.Id, task.Attempt)?.Usage ?? _story.Usage ?? Usage.Zero);

    /// <summary>Running time of this attempt, which a machine's sleep is no part of; null until its shim has told.</summary>
    public TimeSpan? Elapsed => _clock?.Elapsed;

    /// <summary>Ends the attempt by its ladder, as soon as its shim can be told. The first cause counts.</summary>
    public void End(string cause) => _end.TrySetResult(cause);

    /// <summary>A new attempt, whose dispatch is committed.</summary>
    /// <param name="known">What the dispatcher found of the agent a moment ago; null to look.</param>
    public async Task StartAsync(AgentAvailability? known, CancellationToken detach)
    {
        try
        {
            _prepared = await AttemptSetup.PrepareAsync(ports, task, runner, known ?? probe(), detach);
            if (_prepared.Credential is { } credential) OpenGateway(credential);
            _warm = _prepared.Warm;
            if (_prepared.Warm is not true) ports.Shims.Launch(_attempt.Path);
            ports.Files.Note(task, $"attempt {task.Attempt} started with {runner.Name}{(_prepared.Warm is true ? ", which was warm" : "")}");
        }
        catch (Exception broken) when (broken is not OperationCanceledException)
        {
            LogStartFailed(broken, task.Id);
            _ready.TrySetResult();
            await UntilDoneAsync(_ => new AttemptFinalizer(ports, runner).NeverStartedAsync(Current, broken), detach);
            return;
        }

        await FollowAsync(detach);
    }

    /// <summary>An attempt that another daemon started.</summary>
    public async Task AdoptAsync(AttemptStanding standing, CancellationToken detach)
    {
        ports.Files.Note(task, $"attempt {task.Attempt} adopted: {standing.GetType().Name}");
        _adopted = true;
        await FollowAsync(detach);
    }

    /// <summary>
    /// An attempt of which nothing has run yet, the daemon that began it being gone: it starts, unless what it needs was in that daemon's
    /// memory only. Then it waits for that, as a new attempt.
    /// </summary>
    public async Task RestartAsync(CancellationToken detach)
    {
        var lacks = ports.Vault.Missing(task) is { Count: > 0 } missing ? string.Join(", ", missing) : Obstacle();
        if (lacks is null)
        {
            await StartAsync(null, detach);
            return;
        }

        try
        {
            await ports.Book.ApplyAsync(
                task.Id,
                new TaskCommand.Defer(task.Fence, TaskOutcome.Lost, EndReason.CredentialMissing, Usage.Zero, 0, ports.Time.GetUtcNow(), lacks)
                {
                    Recovery = task.Recovery,
                },
                detach,
                task.Fence);
        }
        finally
        {
            // Nobody waits for the calls of an agent that is not there.
            _ready.TrySetResult();
        }
    }

    /// <summary>What keeps the agent from running; null for nothing, and where that cannot be told: then the start says what is wrong.</summary>
    private string? Obstacle()
    {
        try
        {
            return probe().Missing;
        }
        catch (SettingsException)
        {
            return null;
        }
    }

    private async Task FollowAsync(CancellationToken detach)
    {
        try
        {
            await UntilDoneAsync(FollowToEndAsync, detach);
        }
        finally
        {
            _ready.TrySetResult();
        }
    }

    /// <summary>
    /// Until it is done, whatever breaks on the way: a full disk, a store that cannot be written. An attempt that nobody follows would
    /// be "running" for ever, so each try begins anew from the attempt's directory.
    /// </summary>
    private async Task UntilDoneAsync(Func<CancellationToken, Task> work, CancellationToken detach)
    {
        var backOff = s_firstBackOff;
        try
        {
            while (true)
            {
                try
                {
                    await work(detach);
                    return;
                }
                catch (FencedException fenced)
                {
                    LogFenced(fenced.Message);
                    return;
                }
                catch (Exception broken) when (!detach.IsCancellationRequested)
                {
                    LogFollowFailed(broken, task.Id, task.Attempt);
                }

                await System.Threading.Tasks.Task.Delay(backOff, ports.Time, detach);
                backOff = backOff * 2 < s_longestBackOff ? backOff * 2 : s_longestBackOff;
            }
        }
        catch (Exception) when (detach.IsCancellationRequested)
        {
            // The agent goes on; the next daemon adopts it.
        }
    }

    private async Task FollowToEndAsync(CancellationToken detach)
    {
        if (_adopted) await RecallLandingAsync(detach);
        _story = new AttemptStory();
        using var conversation = new AgentConversation(runner.Voice);
        _conversation = conversation;
        _conversation.Recall(SaidLine.Read(_attempt.Path));
        using var log = new AgentLog(_attempt.Events, _attempt.EventIndex);
        using var text = new ExecutionLog(_attempt.ExecutionLog, IsStructured());
        var reading = new StreamReading(log, text, runner.OpenStream(), _story, _conversation, Hear);
        while (true)
        {
            var exit = await FollowShimAsync(reading, detach);
            if (exit is null)
            {
                switch (await AttemptProbe.ExamineAsync(_attempt.Path, s_sweepPatience, ports.Time, detach))
                {
                    case AttemptStanding.Alive:
                        continue;
                    case AttemptStanding.NotStarted when !ShimClaim.TryForbid(_attempt.Path, task.Fence):
                        continue;
                    case AttemptStanding.NotStarted:
                        await new AttemptFinalizer(ports, runner).NeverStartedAsync(Current, new IOException(ShimTrouble()));
                        return;
                    case AttemptStanding.NeverBegun:
                        exit = ShimExit.Read(_attempt.Path);
                        break;
                    case AttemptStanding.Ended(var late):
                        exit = late;
                        break;
                    default:
                        var swept = await OrphanSweep.KillAsync(_attempt.Path, s_sweepPatience, ports.Time, detach);
                        ports.Files.Note(task, $"its supervisor is gone: {swept} processes left behind were killed");
                        break;
                }
            }

            // The warm agent that was to do it ended before it was told to: another does.
            if (exit is { Cause: EndCause.Spare })
            {
                ports.Files.Note(task, "the warm agent had ended: another is started");
                if (_adopted) await RestartAsync(detach);
                else await StartAsync(null, detach);
                return;
            }

            over(exit);
            reading.ReadTo(exit?.Events ?? LengthOf(_attempt.Events), last: true);
            // Closed once: what it had spent is not there to be asked for again.
            _closed ??= ports.Gateway.Close(task.Id, task.Attempt) ?? SpentByLedger();
            if (_conversation.ReportOver) await NoteReportEndedAsync(_closed);
            await new AttemptFinalizer(ports, runner).FinishAsync(Current, exit, _story, _closed, Landed(exit, _closed));
            return;
        }
    }

    /// <summary>An attempt that ended while no daemon was there was never opened here.</summary>
    private GatewayRecord? SpentByLedger() =>
        runner.Traits.UsesModel ? ports.Gateway.Read(_attempt.GatewayLedger) : null;

    private bool IsStructured() => runner.Traits.UsesModel;

    private static long LengthOf(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;
}

/// <summary>Another daemon has taken the attempt over: this one stops following it.</summary>
public sealed class FencedException(string message) : Exception(message);
