using Awoc.Engine.Homes;
using Awoc.Engine.Settings;
using Awoc.Engine.Shims;
using Awoc.Engine.Supervision;
using Awoc.Engine.Tasks;
using Microsoft.Extensions.Logging;

namespace Awoc.Engine.Pool;

/// <summary>
/// Agents that are started and ready before there is a task for them, of the kinds that were launched of late. A launch takes one
/// whose start would be its own in every respect; what has changed since, or is too old, is discarded.
/// </summary>
public sealed partial class WarmPool(TimeProvider time, IMemoryRoom room)
{
    /// <summary>No spare is started while tasks are: they come first.</summary>
    private static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(500);

    /// <summary>What spares have read is looked at so often; after something happened to a task sooner, for its result may stand in a repository.</summary>
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_lookSoon = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_backOff = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly SpareKey _keys = new();
    private readonly SpareDemand _demand = new(time);
    private readonly List<Spare> _spares = [];
    private readonly EventFeed _asked = new();
    private long _lastStart = long.MinValue;
    private long _looked;

    /// <summary>What an earlier daemon left and is not ended yet; null before it was looked for.</summary>
    private List<string>? _left;

    private long _swept;
    private long _hits;
    private long _misses;
    private string? _heldBack;
    private bool _closed;
    private bool _lookAgain;
    private volatile bool _tasksWait;

    /// <summary>
    /// Takes a spare for a launch, and notes that there was one of its kind. One taken is the caller's: to be moved to its attempt, or disposed.
    /// </summary>
    /// <returns>Whether the launch could be made ahead, and the spare where there is one.</returns>
    internal async Task<(bool IsWarmable, Spare? Spare)> ClaimAsync(EnginePorts ports, LaunchSubject subject, CancellationToken cancellation)
    {
        lock (_gate)
        {
            _lastStart = time.GetTimestamp();
            if (_closed) return (false, null);
        }

        var settings = ports.Settings.Read(null).Spares;
        if (settings.Size == 0 || _keys.Of(ports, subject) is not var (key, warmUp)) return (false, null);
        lock (_gate) _demand.Note(key, subject with { Prompt = "" });
        // The news of the dispatch may have come and gone before this: nothing else would tell of the first launch.
        _asked.Pulse();
        string? now = null;
        while (Take(key, settings) is { } spare)
        {
            try
            {
                now ??= await StartSnapshot.TakeAsync(warmUp, subject.Spec.Cwd, subject.Spec.Environment, time, cancellation) ?? "";
            }
            catch
            {
                await spare.DisposeAsync();
                throw;
            }

            if (spare.Start.Snapshot == now && !spare.IsGone)
            {
                lock (_gate) _demand.Served(key);
                Interlocked.Increment(ref _hits);
                return (true, spare);
            }

            lock (_gate) _demand.Wasted(key);
            _ = Task.Run(() => spare.DisposeAsync().AsTask(), CancellationToken.None);
        }

        Interlocked.Increment(ref _misses);
        return (true, null);
    }

    /// <summary>While a task waits for memory no spare is started, and those there are go, one at each call, until it need not wait.</summary>
    public void MakeRoom(bool tasksWait)
    {
        var before = _tasksWait;
        _tasksWait = tasksWait;
        if (tasksWait || before) _asked.Pulse();
    }

    /// <summary>Ends what an earlier daemon left, then keeps the pool until <paramref name="stop"/>; when it returns no spare is left.</summary>
    public async Task RunAsync(EnginePorts ports, EventFeed feed, ILogger<WarmPool> log, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                var (grown, asked) = (feed.Next, _asked.Next);
                var wait = await TryRoundAsync(ports, log, stop);
                using var round = CancellationTokenSource.CreateLinkedTokenSource(stop);
                await Task.WhenAny(grown, asked, Task.Delay(wait, time, round.Token));
                await round.CancelAsync();
                stop.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
        finally
        {
            List<Spare> left;
            lock (_gate)
            {
                _closed = true;
                left = [.. _spares];
                _spares.Clear();
            }

            await Task.WhenAll(left.Select(spare => spare.DisposeAsync().AsTask()));
        }
    }

    public PoolReport Report(SpareSettings settings)
    {
        List<Spare> spares;
        string? heldBack;
        lock (_gate) (spares, heldBack) = ([.. _spares], _heldBack);
        return new PoolReport(settings, Interlocked.Read(ref _hits), Interlocked.Read(ref _misses), [.. spares.Select(ReportOf)], heldBack);
    }

    private static SpareReport ReportOf(Spare spare)
    {
        var subject = spare.Start.Subject;
        return new SpareReport(
            spare.Id.Handle, subject.Runner.Name, subject.Spec.Model, subject.Spec.Cwd, SpareProfile.Of(subject), spare.Age,
            SpareFigures.MemoryKb(spare.Start.Folder), SpareFigures.Cpu(spare.Start.Folder) - spare.CpuWhenReady);
    }

    /// <summary>Looks for what an earlier daemon left before the first spare is made here, and ends it. What cannot be ended now is tried again.</summary>
    private async Task SweepAsync(AwocPaths paths, ILogger<WarmPool> log)
    {
        if (_left is { Count: 0 } || (_left is not null && time.GetElapsedTime(_swept) < s_backOff)) return;
        _left ??= [.. SpareFolder.All(paths)];
        foreach (var directory in _left.ToList())
        {
            try
            {
                await SweepAsync(directory);
                _left.Remove(directory);
            }
            catch (Exception broken)
            {
                LogNotSwept(log, Path.GetFileName(directory), broken.Message);
            }
        }

        _swept = time.GetTimestamp();
    }

    private async Task SweepAsync(string directory)
    {
        await OrphanSweep.KillAsync(directory, s_backOff, time);
        if (ShimSpec.Read(directory)?.Socket is { } socket) File.Delete(socket);
        SpareFolder.Delete(directory);
    }

    private Spare? Take(string key, SpareSettings settings)
    {
        lock (_gate)
        {
            // The oldest that will do: it would be the next to go.
            var at = _spares.FindIndex(spare => spare.Key == key && spare.Age < settings.MaxAge && !spare.IsGone);
            if (at < 0) return null;
            var spare = _spares[at];
            _spares.RemoveAt(at);
            return spare;
        }
    }

    private async Task<TimeSpan> TryRoundAsync(EnginePorts ports, ILogger<WarmPool> log, CancellationToken stop)
    {
        try
        {
            return await RoundAsync(ports, log, stop);
        }
        catch (Exception broken) when (!stop.IsCancellationRequested)
        {
            // Settings that cannot be read, a disk that is full: tasks start cold meanwhile.
            LogRoundFailed(log, broken.Message);
            return s_backOff;
        }
    }

    /// <summary>Lets go of what is not wanted, starts one that is; returns the time until there may be more to do.</summary>
    private async Task<TimeSpan> RoundAsync(EnginePorts ports, ILogger<WarmPool> log, CancellationToken stop)
    {
        await SweepAsync(ports.Paths, log);
        var settings = ports.Settings.Read(null).Spares;
        _lookAgain = time.GetElapsedTime(_looked) < s_lookSoon;
        if (!_lookAgain) await DiscardStaleAsync(ports, log, stop);
        List<(string Key, int Count)> wanted;
        List<Spare> surplus;
        lock (_gate)
        {
            _demand.Expire();
            wanted = [.. _demand.Wanted(settings.Size)];
            surplus = Surplus(wanted, settings);
            foreach (var spare in surplus) _spares.Remove(spare);
        }

        await EndAsync(surplus, log);
        if (wanted.Count == 0)
        {
            lock (_gate) _heldBack = null;
            // None may be wanted though kinds are known: their secrets are let go in time.
            return Soonest(_left is { Count: > 0 } ? s_backOff : null, settings);
        }

        var next = await StartNextAsync(ports, wanted, log, stop);
        return Soonest(next, settings);
    }

    /// <summary>Started a spare: at once on. Nothing to start: null. Else the time until one may be started.</summary>
    private async Task<TimeSpan?> StartNextAsync(EnginePorts ports, List<(string Key, int Count)> wanted, ILogger<WarmPool> log, CancellationToken stop)
    {
        string? key = null;
        LaunchSubject? like = null;
        TimeSpan? wait = null;
        lock (_gate)
        {
            _heldBack = null;
            foreach (var (candidate, count) in wanted)
            {
                if (_spares.Count(spare => spare.Key == candidate) >= count) continue;
                var pause = _demand.NotBefore(candidate) - time.GetUtcNow();
                if (pause > TimeSpan.Zero)
                {
                    wait = wait is null || pause < wait ? pause : wait;
                    continue;
                }

                (key, like) = (candidate, _demand.Find(candidate));
                break;
            }

            if (like is null) return wait;
            var quiet = time.GetElapsedTime(_lastStart);
            if (quiet < s_quiet) return s_quiet - quiet;
        }

        if (_tasksWait || !room.Fits(like.Runner.Traits.FootprintMb))
        {
            lock (_gate) _heldBack = "memory is short";
            return s_lookEvery;
        }

        try
        {
            if (await SpareStart.MakeAsync(ports, _keys, key!, like, stop) is not { } start)
            {
                // Its settings or its program changed, or it cannot be told what it would read.
                lock (_gate) _demand.Forget(key!);
                return TimeSpan.Zero;
            }

            var spare = await Spare.StartAsync(ports, start, stop);
            lock (_gate) _spares.Add(spare);
            LogStarted(log, spare.Id.Handle, like.Runner.Name, like.Spec.Cwd);
        }
        catch (Exception broken) when (broken is IOException or TimeoutException or UnauthorizedAccessException or InvalidOperationException)
        {
            LogNotStarted(log, like.Runner.Name, like.Spec.Cwd, broken.Message);
            lock (_gate) _demand.Wasted(key!);
        }

        return TimeSpan.Zero;
    }

    /// <summary>Those that nobody asks for, are too old, are gone or are more than wanted; under the gate.</summary>
    private List<Spare> Surplus(List<(string Key, int Count)> wanted, SpareSettings settings)
    {
        var counts = wanted.ToDictionary(w => w.Key, w => w.Count);
        List<Spare> surplus = [];

        // The newest stay.
        foreach (var spare in Enumerable.Reverse(_spares))
        {
            var left = counts.GetValueOrDefault(spare.Key);
            if (left == 0 || spare.IsGone || spare.Age >= settings.MaxAge) surplus.Add(spare);
            else counts[spare.Key] = left - 1;
        }

        if (surplus.Count == 0 && _spares.Count > 0 && (_tasksWait || room.IsShort)) surplus.Add(_spares[0]);
        return surplus;
    }

    private async Task DiscardStaleAsync(EnginePorts ports, ILogger<WarmPool> log, CancellationToken stop)
    {
        List<Spare> all;
        lock (_gate) all = [.. _spares];
        if (all.Count == 0) return;
        _looked = time.GetTimestamp();
        foreach (var kind in all.GroupBy(spare => spare.Key))
        {
            var subject = kind.First().Start.Subject;
            var now = _keys.Of(ports, subject) is var (key, warmUp) && key == kind.Key
                ? await StartSnapshot.TakeAsync(warmUp, subject.Spec.Cwd, subject.Spec.Environment, time, stop)
                : null;
            List<Spare> stale;
            lock (_gate)
            {
                // Those that were claimed meanwhile are looked at by their claim.
                stale = [.. kind.Where(spare => spare.Start.Snapshot != now && _spares.Remove(spare))];
                if (stale.Count > 0) _demand.Wasted(kind.Key);
            }

            await EndAsync(stale, log);
        }
    }

    private static async Task EndAsync(List<Spare> spares, ILogger<WarmPool> log)
    {
        foreach (var spare in spares) LogEnded(log, spare.Id.Handle);
        await Task.WhenAll(spares.Select(spare => spare.DisposeAsync().AsTask()));
    }

    private TimeSpan Soonest(TimeSpan? next, SpareSettings settings)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            var soonest = next ?? Timeout.InfiniteTimeSpan;
            if (_spares.Count > 0)
            {
                Sooner((_lookAgain ? s_lookSoon : s_lookEvery) - time.GetElapsedTime(_looked));
                Sooner(settings.MaxAge - _spares.Max(spare => spare.Age));
            }

            if (_demand.NextExpiry is { } expiry) Sooner(expiry - now);
            return soonest;

            void Sooner(TimeSpan wait)
            {
                if (wait < TimeSpan.Zero) wait = TimeSpan.Zero;
                if (soonest == Timeout.InfiniteTimeSpan || wait < soonest) soonest = wait;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "spare {Id} is ready: {Agent} in {Directory}")]
    private static partial void LogStarted(ILogger log, string id, string agent, string directory);

    [LoggerMessage(Level = LogLevel.Information, Message = "spare {Id} is let go")]
    private static partial void LogEnded(ILogger log, string id);

    [LoggerMessage(Level = LogLevel.Warning, Message = "no spare of {Agent} in {Directory}: {Why}")]
    private static partial void LogNotStarted(ILogger log, string agent, string directory, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "spare {Id} of an earlier daemon could not be ended and is tried again: {Why}")]
    private static partial void LogNotSwept(ILogger log, string id, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the warm pool is not kept for the moment: {Why}")]
    private static partial void LogRoundFailed(ILogger log, string why);
}
