using Awoc.Core.Budgets;
using Awoc.Core.Store;
using Awoc.Engine.Budgets;
using Awoc.Engine.Endings;
using Awoc.Engine.Shims;

namespace Awoc.Engine.Supervision;

// The conversation with the shim: who owns the attempt, what it says, what it is told.
public sealed partial class AttemptDriver
{
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
            _signals = null;
            _conversation.Detach();
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

        _conversation.Recall(SaidLine.Read(_attempt.Path));
        _conversation.Attach(connection, hello.InSeq);
        reading.ReadTo(hello.Events);
        var clock = _clock = new RunClock(ports.Time, TimeSpan.FromMilliseconds(hello.ElapsedMs));
        var deadline = hello.DeadlineMs;
        var logFull = hello.LogFull;
        var isSpare = hello.State == ShimState.Spare;
        if (isSpare && _prepared is not null) deadline = await BeginAsync(connection, detach);
        await using var signals = new SignalQueue(connection, ports.Time, detach);
        _signals = signals;
        signals.Nudge();
        await foreach (var message in signals.ReadAllAsync())
        {
            switch (message)
            {
                case ShimMessage.Held held when _prepared is null:
                    Adopt(held.Values);
                    // Its daemon died between the claim and the word to begin.
                    if (isSpare) deadline = await BeginAsync(connection, detach);
                    break;
                case ShimMessage.Exec when hello.State is ShimState.WaitingSecret or ShimState.Gated or ShimState.Spare:
                    clock = _clock = new RunClock(ports.Time, TimeSpan.Zero);
                    break;
                case ShimMessage.Grew grew:
                    reading.ReadTo(grew.Events);
                    await SaveProgressAsync(reading.Offset, detach);
                    break;
                case ShimMessage.Full full:
                    logFull = full.On;
                    ports.Files.Note(task, full.On ? "the disk is full: the agent waits for room" : "there is room again");
                    LogDiskFull(task.Id, full.On);
                    break;
                case ShimMessage.Ack { Closed: true }:
                    _conversation.NoteClosed();
                    break;
                case ShimMessage.Exit exit:
                    return exit.Record;
            }

            if (deadline != DeadlineMs)
            {
                deadline = DeadlineMs;
                await connection.SetDeadlineAsync(TimeSpan.FromMilliseconds(DeadlineMs), detach);
            }

            EndAtClosedWindow();
            signals.LookAgain(Sooner(Sooner(await LandAsync(clock, detach), await AskAsync(clock, detach)), WatchForStall(logFull)));
        }

        return null;
    }

    /// <summary>A warm agent gets its prompt, and its time begins.</summary>
    private async Task<long> BeginAsync(ShimConnection connection, CancellationToken detach)
    {
        _warm = true;
        var deadline = DeadlineMs;
        await connection.BeginAsync(TimeSpan.FromMilliseconds(deadline), Path.GetFileName(_attempt.Stdin), detach);
        return deadline;
    }

    private static TimeSpan? Sooner(TimeSpan? one, TimeSpan? other) => one is null || other < one ? other ?? one : one;

    /// <summary>Running time of this attempt at which its shim ends it.</summary>
    private long DeadlineMs => Allowances.TimeLeftMs(_budget, task.RunMs);

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
            return await ShimConnection.ConnectUnlessEndedAsync(_attempt.Path, Socket, s_connectPatience, ports.Time, detach);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    /// <summary>One that was warm before it was this attempt's listens where it did then.</summary>
    private string Socket => ShimSpec.Read(_attempt.Path)?.Socket ?? _attempt.Socket;

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
                new AttemptProgress(task.Id, task.Attempt, task.Fence, offset, _story.Session, spent) { Warm = _warm }, cancellation);
        }
        catch (StoreException)
        {
            // For listings only: the attempt's directory has it all, and the next one says it again.
        }
    }
}
