using System.Text.Json;
using Awoc.Core.Tasks;
using Awoc.Engine.Homes;
using Awoc.Engine.Shims;
using Awoc.Engine.Supervision;

namespace Awoc.Engine.Pool;

/// <summary>
/// One warm agent and its shim. It is its daemon's as long as this connection stands: a shim that has lost it ends its agent. It serves
/// one task, or none.
/// </summary>
internal sealed class Spare : IAsyncDisposable
{
    private static readonly TimeSpan s_connectPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_readyPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_endPatience = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _time;
    private readonly ShimConnection _connection;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _following;
    private readonly long _started;
    private readonly DateTimeOffset _startedAt;
    private volatile bool _taken;

    private Spare(TimeProvider time, SpareStart start, ShimConnection connection)
    {
        (_time, Start, _connection, _started, _startedAt) = (time, start, connection, time.GetTimestamp(), time.GetUtcNow());
        _following = FollowAsync();
    }

    public SpareStart Start { get; }

    public TaskId Id => Start.Subject.Task;

    public string Key => Start.Key;

    public string Token => Start.Token;

    public string Session => Start.Session;

    /// <summary>By the clock that shows more: neither a machine's sleep nor a clock that was set back keeps one young.</summary>
    public TimeSpan Age => TimeSpan.FromTicks(Math.Max(_time.GetElapsedTime(_started).Ticks, (_time.GetUtcNow() - _startedAt).Ticks));

    /// <summary>CPU time of its tree when it had become ready.</summary>
    public TimeSpan CpuWhenReady { get; private set; }

    /// <summary>Its process or its shim has ended, or somebody else owns it.</summary>
    public bool IsGone => _following.IsCompleted;

    /// <summary>Starts one and waits until it is ready. What was begun is ended again where it does not become so.</summary>
    /// <exception cref="IOException">It does not.</exception>
    /// <exception cref="TimeoutException">It does not within its patience.</exception>
    public static async Task<Spare> StartAsync(EnginePorts ports, SpareStart start, CancellationToken cancellation)
    {
        var folder = start.Folder;
        SpareFolder.Create(ports.Paths, folder);
        try
        {
            start.Write(ports);
            ports.Shims.Launch(folder.Path);
            var connection = await ShimConnection.ConnectUnlessEndedAsync(folder.Path, folder.Socket, s_connectPatience, ports.Time, cancellation)
                ?? throw new IOException("its shim ended at once");
            var spare = new Spare(ports.Time, start, connection);
            try
            {
                await spare.BecomeReadyAsync(cancellation);
                return spare;
            }
            catch
            {
                await spare.DisposeAsync();
                throw;
            }
        }
        catch
        {
            await EndAsync(folder, ports.Time);
            throw;
        }
    }

    /// <summary>The lines for its standard input that bind it to a task, before the prompt.</summary>
    public IReadOnlyList<string> Binding(LaunchSubject task) => Start.WarmUp.Bind(SpareKey.Bound(task));

    /// <summary>Its directory becomes the attempt's. Whoever owns it next lets it begin; until then this connection keeps it alive.</summary>
    /// <exception cref="IOException">It does not, and stays a spare.</exception>
    public void MoveTo(AttemptFolder attempt)
    {
        SpareFolder.Become(Start.Folder, attempt);
        _taken = true;
    }

    /// <summary>Ends it and removes its directory. Of one that was taken nothing is touched but this connection.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_taken)
        {
            try
            {
                await _connection.EndAsync(EndCause.Spare);
                await _following.WaitAsync(s_endPatience, _time);
            }
            catch (Exception broken) when (broken is IOException or TimeoutException or ObjectDisposedException)
            {
                // The sweep ends what is left.
            }

            await EndAsync(Start.Folder, _time);
        }

        await _connection.DisposeAsync();
        await _following;
    }

    /// <summary>Ends whatever is left of a spare, by its directory alone, and removes that.</summary>
    public static async Task EndAsync(AttemptFolder folder, TimeProvider time)
    {
        if (Directory.Exists(folder.Path) && await AttemptProbe.ExamineAsync(folder.Path, TimeSpan.Zero, time) is not (AttemptStanding.NeverBegun or AttemptStanding.Ended))
            await OrphanSweep.KillAsync(folder.Path, s_endPatience, time);
        SpareFolder.Delete(folder.Path);
        File.Delete(folder.Socket);
    }

    private async Task BecomeReadyAsync(CancellationToken cancellation)
    {
        await _ready.Task.WaitAsync(s_readyPatience, _time, cancellation);

        // A shim that is too old to know of spares has started an attempt that never ends.
        await using var look = await ShimConnection.ConnectAsync(Start.Folder.Socket, s_connectPatience, _time, cancellation);
        if (await look.HelloAsync(cancellation) is not { State: ShimState.Spare }) throw new IOException("its shim keeps no spares: install the awoc-shim of this version");
        CpuWhenReady = SpareFigures.Cpu(Start.Folder) ?? TimeSpan.Zero;
    }

    private async Task FollowAsync()
    {
        try
        {
            if (await _connection.HelloAsync() is not { } hello || await _connection.OwnAsync(hello.Fence) is not OwnOutcome.Owned) throw new IOException("its shim does not answer");
            if (hello.State == ShimState.WaitingSecret) await _connection.SendSecretAsync(Start.Material.Prepared.SecretEnvironment, Start.Material.Prepared.Held);
            using var log = new AgentLog(Start.Folder.Events, Start.Folder.EventIndex);
            await foreach (var message in _connection.ReadAllAsync())
            {
                if (message is not ShimMessage.Grew grew || _ready.Task.IsCompleted) continue;
                if (log.ReadTo(grew.Events).Any(line => Start.WarmUp.IsReady(line.Text))) _ready.TrySetResult();
            }

            throw new IOException("the agent ended before it was ready");
        }
        catch (Exception broken) when (broken is IOException or ObjectDisposedException or InvalidDataException or JsonException)
        {
            if (_ready.TrySetException(broken as IOException ?? new IOException(broken.Message, broken))) _ = _ready.Task.Exception;
        }
        finally
        {
            // Its attempt's own daemon, or a later one, has taken it over.
            if (_taken) await _connection.DisposeAsync();
        }
    }
}
