using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Core.Lifecycle;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Engine.Agents;
using Awoc.Engine.Endings;
using Awoc.Engine.Homes;
using Awoc.Engine.Shims;
using Awoc.Engine.Tasks;
using Microsoft.Extensions.Logging;

namespace Awoc.Engine.Supervision;

/// <summary>
/// Drives one attempt from its dispatch or adoption to its end. All an agent depends on lives in its shim: this only
/// follows, and may die at any moment. Whatever it knows it can learn again from the attempt's directory.
/// </summary>
public sealed partial class AttemptDriver(
    EnginePorts ports, AgentTask task, IRunner runner, Func<AgentAvailability> probe, ILogger log)
{
    private static readonly TimeSpan s_connectPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_sweepPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_progressEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_firstBackOff = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestBackOff = TimeSpan.FromSeconds(60);

    /// <summary>From the moment the budget is spent: the answer that spent it may be the last one.</summary>
    private static readonly TimeSpan s_budgetGrace = TimeSpan.FromSeconds(3);

    private readonly AttemptFolder _attempt = ports.Paths.Task(task.Id).Attempt(task.Attempt);
    private readonly TaskCompletionSource<string> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile AttemptStory _story = new();
    private PreparedAttempt? _prepared;
    private GatewayRecord? _closed;
    private long _progressAt = ports.Time.GetTimestamp();
    private long _savedOffset;
    private string? _savedSession;
    private int _limitReported;

    public TaskId Task => task.Id;

    /// <summary>Completes when the agent's model calls find their way, or when there is no need for it.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Spent so far, while it runs.</summary>
    public Usage Usage => task.Usage + (ports.Gateway.Find(task.Id, task.Attempt)?.Usage ?? _story.Usage ?? Usage.Zero);

    /// <summary>Ends the attempt by its ladder, as soon as its shim can be told. The first cause counts.</summary>
    public void End(string cause) => _end.TrySetResult(cause);

    /// <summary>A new attempt, whose dispatch is committed.</summary>
    public async Task StartAsync(CancellationToken detach)
    {
        try
        {
            _prepared = AttemptSetup.Prepare(ports, task, runner, probe());
            if (_prepared.Credential is { } credential) OpenGateway(credential);
            ports.Shims.Launch(_attempt.Path);
            ports.Files.Note(task, $"attempt {task.Attempt} started with {runner.Name}");
        }
        catch (Exception broken) when (broken is not OperationCanceledException)
        {
            LogStartFailed(broken, task.Id);
            _ready.TrySetResult();
            await UntilDoneAsync(_ => new AttemptFinalizer(ports, runner).NeverStartedAsync(task, broken), detach);
            return;
        }

        await FollowAsync(detach);
    }

    /// <summary>An attempt that another daemon started.</summary>
    public async Task AdoptAsync(AttemptStanding standing, CancellationToken detach)
    {
        ports.Files.Note(task, $"attempt {task.Attempt} adopted: {standing.GetType().Name}");
        await FollowAsync(detach);
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
        _story = new AttemptStory();
        using var log = new AgentLog(_attempt.Events, _attempt.EventIndex);
        using var text = new ExecutionLog(_attempt.ExecutionLog, IsStructured());
        var reading = new StreamReading(log, text, runner.OpenStream(), _story);
        while (true)
        {
            var exit = await FollowShimAsync(reading, detach);
            if (exit is null)
            {
                switch (await AttemptProbe.ExamineAsync(_attempt.Path, s_sweepPatience, ports.Time, detach))
                {
                    case AttemptStanding.Alive:
                        continue;
                    case AttemptStanding.NotStarted:
                        await new AttemptFinalizer(ports, runner).NeverStartedAsync(task, new IOException(ShimTrouble()));
                        return;
                    case AttemptStanding.Ended(var late):
                        exit = late;
                        break;
                    default:
                        var swept = await OrphanSweep.KillAsync(_attempt.Path, s_sweepPatience, ports.Time, detach);
                        ports.Files.Note(task, $"its supervisor is gone: {swept} processes left behind were killed");
                        break;
                }
            }

            reading.ReadTo(exit?.Events ?? LengthOf(_attempt.Events), last: true);
            // Closed once: what it had spent is not there to be asked for again.
            _closed ??= ports.Gateway.Close(task.Id, task.Attempt) ?? SpentByLedger();
            await new AttemptFinalizer(ports, runner).FinishAsync(task, exit, _story, _closed);
            return;
        }
    }

    /// <summary>An attempt that ended while no daemon was there was never opened here.</summary>
    private GatewayRecord? SpentByLedger() =>
        runner.Traits.UsesModel ? ports.Gateway.Read(_attempt.GatewayLedger) : null;

    private bool IsStructured() => runner.Traits.UsesModel;

    /// <summary>The shim's record of the end; null when the connection was lost without one.</summary>
    private async Task<ShimExit?> FollowShimAsync(StreamReading reading, CancellationToken detach)
    {
        await using var connection = await ConnectAsync(detach);
        if (connection is null) return ShimExit.Read(_attempt.Path);
        if (await connection.HelloAsync(detach) is not { } hello) return null;
        switch (await connection.OwnAsync(task.Fence, detach))
        {
            case OwnOutcome.Gone:
                return null;
            case OwnOutcome.Refused refused:
                throw new FencedException($"attempt {task.Attempt} of task {task.Id} belongs to fence {refused.Highest}");
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(detach);
        var ending = SendEndAsync(connection, stop.Token);
        try
        {
            return await FollowMessagesAsync(connection, hello, reading, detach);
        }
        catch (IOException)
        {
            return null;
        }
        finally
        {
            await stop.CancelAsync();
            await ending;
        }
    }

    private async Task<ShimExit?> FollowMessagesAsync(
        ShimConnection connection, ShimMessage.Hello hello, StreamReading reading, CancellationToken detach)
    {
        // "Gated" needs nothing more: its secrets have come, or it has none.
        if (hello.State == ShimState.WaitingSecret) await GiveSecretsAsync(connection, detach);
        if (_prepared is not null || !runner.Traits.UsesModel) _ready.TrySetResult();

        reading.ReadTo(hello.Events);
        var eof = false;
        await foreach (var message in connection.ReadAllAsync(detach))
        {
            switch (message)
            {
                case ShimMessage.Held held when _prepared is null:
                    Adopt(held.Values);
                    break;
                case ShimMessage.Grew grew:
                    reading.ReadTo(grew.Events);
                    await SaveProgressAsync(reading.Offset, detach);
                    break;
                case ShimMessage.Full full:
                    ports.Files.Note(task, full.On ? "the disk is full: the agent waits for room" : "there is room again");
                    LogDiskFull(task.Id, full.On);
                    break;
                case ShimMessage.Exit exit:
                    return exit.Record;
            }

            if (_story.End is not null && !eof)
            {
                eof = true;
                await connection.EofAsync(detach);
            }
        }

        return null;
    }

    /// <summary>
    /// The agent starts when its shim has the token and the caller's secrets. Where the daemon that had them died before it
    /// could hand them over, a new token does; but what the agent cannot do without has to come from the caller again, so
    /// the attempt ends unstarted and the task waits for it.
    /// </summary>
    private async Task GiveSecretsAsync(ShimConnection connection, CancellationToken detach)
    {
        if (_prepared is null && (ports.Vault.Missing(task).Count > 0 || !probe().CanRun))
        {
            ports.Files.Note(task, "the daemon died before it could hand over the credential: the attempt ends unstarted");
            await connection.EndAsync(AttemptFinalizer.Unstarted, cancellationToken: detach);
            return;
        }

        if (_prepared is null)
        {
            _prepared = AttemptSetup.Renew(ports, task, runner, probe());
            if (_prepared.Credential is { } credential) OpenGateway(credential);
            if (task.Spec.SecretNames.Length > 0)
                ports.Files.Note(task, $"starts without {string.Join(", ", task.Spec.SecretNames)}: their values were held in memory by a daemon that is gone");
        }

        await connection.SendSecretAsync(_prepared.SecretEnvironment, _prepared.Held, detach);
    }

    private void Adopt(IReadOnlyDictionary<string, string> held)
    {
        ports.Vault.Put(task.Id, AttemptCredential.Secrets(held));
        if (AttemptCredential.From(held) is { } credential) OpenGateway(credential);
        _ready.TrySetResult();
    }

    private void OpenGateway(AttemptCredential credential) => ports.Gateway.Open(new GatewayLease
    {
        Task = task.Id,
        Attempt = task.Attempt,
        Token = credential.Token,
        Upstream = credential.Upstream,
        MaxOutputTokens = Math.Max(0, task.Spec.Budget.Tokens - task.Usage.Output),
        LedgerPath = _attempt.GatewayLedger,
        Changed = OnSpent,
    });

    private void OnSpent(GatewayRecord record)
    {
        var used = task.Usage.Output + record.Usage.Output;
        if (used < task.Spec.Budget.Tokens || Interlocked.Exchange(ref _limitReported, 1) != 0) return;
        _ = EndByBudgetAsync(used);
    }

    private async Task EndByBudgetAsync(long used)
    {
        try
        {
            ports.Files.Note(task, $"token budget reached: {used} of {task.Spec.Budget.Tokens}");
            await ports.Book.ApplyAsync(
                task.Id, new TaskCommand.ReportLimit(EndReason.Tokens, used, task.Spec.Budget.Tokens), CancellationToken.None, task.Fence);
            await System.Threading.Tasks.Task.Delay(s_budgetGrace, ports.Time);
            if (_story.End is null) End(EndCause.Budget);
        }
        catch (StoreException broken)
        {
            LogLimitUnwritten(task.Id, broken.Message);
            End(EndCause.Budget);
        }
    }

    private async Task SendEndAsync(ShimConnection connection, CancellationToken cancellation)
    {
        try
        {
            var cause = await _end.Task.WaitAsync(cancellation);
            ports.Files.Note(task, $"stopping: {cause}");
            await connection.EndAsync(cause, cancellationToken: cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
        }
        catch (IOException)
        {
            // The shim has ended by itself in the same moment.
        }
    }

    /// <summary>Null when the attempt has ended, or when no shim came up.</summary>
    private async Task<ShimConnection?> ConnectAsync(CancellationToken detach)
    {
        try
        {
            return await ShimConnection.ConnectUnlessEndedAsync(_attempt.Path, _attempt.Socket, s_connectPatience, ports.Time, detach);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    private string ShimTrouble()
    {
        var path = Path.Combine(_attempt.Path, ShimFiles.ShimLog);
        return File.Exists(path) ? File.ReadAllText(path).Trim() : "its supervisor did not come up";
    }

    private async Task SaveProgressAsync(long offset, CancellationToken cancellation)
    {
        // Each is a durable write: not for an attempt that has said nothing, nor for one that is over in a moment.
        var isDue = ports.Time.GetElapsedTime(_progressAt) >= s_progressEvery;
        if (offset == _savedOffset || (!isDue && _story.Session == _savedSession)) return;
        (_progressAt, _savedOffset, _savedSession) = (ports.Time.GetTimestamp(), offset, _story.Session);
        var spent = ports.Gateway.Find(task.Id, task.Attempt)?.Usage ?? _story.Usage ?? Usage.Zero;
        try
        {
            await ports.Book.Store.SaveProgressAsync(
                new AttemptProgress(task.Id, task.Attempt, task.Fence, offset, _story.Session, spent), cancellation);
        }
        catch (StoreException)
        {
            // For listings only: the attempt's directory has it all, and the next one says it again.
        }
    }

    private static long LengthOf(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;

    [LoggerMessage(Level = LogLevel.Warning, Message = "task {Id} could not be started")]
    private partial void LogStartFailed(Exception broken, TaskId id);

    [LoggerMessage(Level = LogLevel.Error, Message = "attempt {Attempt} of task {Id} could not be followed; it is tried again")]
    private partial void LogFollowFailed(Exception broken, TaskId id, int attempt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Why}: it is followed there")]
    private partial void LogFenced(string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "task {Id}: the disk is full: {On}")]
    private partial void LogDiskFull(TaskId id, bool on);

    [LoggerMessage(Level = LogLevel.Warning, Message = "task {Id}: its budget is spent, which could not be stored: {Why}")]
    private partial void LogLimitUnwritten(TaskId id, string why);
}

/// <summary>Another daemon has taken the attempt over: this one stops following it.</summary>
public sealed class FencedException(string message) : Exception(message);
