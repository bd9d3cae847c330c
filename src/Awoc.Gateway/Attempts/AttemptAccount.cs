using System.Security.Cryptography;
using System.Text;
using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Core.Pacing;
using Awoc.Gateway.Dialects;
using Awoc.Gateway.Pacing;
using Awoc.Gateway.Prices;
using Awoc.Gateway.Upstreams;
using Awoc.Gateway.Wire;
using Microsoft.Extensions.Logging;

namespace Awoc.Gateway.Attempts;

/// <summary>What one attempt may spend and has spent: its book of grants, kept in its ledger, behind one lock.</summary>
internal sealed partial class AttemptAccount : IDisposable
{
    private static readonly GatewayRefusal s_over = new(GatewayFault.UnknownToken, "AWOC: this attempt is over, and its token with it");

    private readonly Lock _gate = new();
    private readonly Dictionary<int, AttemptCall> _open = [];
    private readonly Dictionary<GrantClaim, HeldRequest> _held = [];
    private readonly Queue<GatewayRecord> _changes = [];
    private readonly Dictionary<Lane, int> _paced = [];
    private readonly CancellationTokenSource _ended = new();
    private readonly GatewayLease _lease;
    private readonly GrantBook _book;
    private readonly Ledger _ledger;
    private readonly WireLog? _wire;
    private readonly PriceBook _prices;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private GatewayRecord _record = GatewayRecord.Nothing;
    private long _trafficAt;
    private double _tokensPerByte;
    private int _numbers;
    private bool _closed;
    private bool _telling;
    private bool _unwritable;
    private bool _wireBroken;

    private AttemptAccount(GatewayLease lease, UpstreamTarget target, PriceBook prices, TimeProvider time, ILogger logger)
    {
        _lease = lease;
        _book = new GrantBook(lease.Allowance);
        _ledger = new Ledger(lease.LedgerPath);
        _wire = lease.WirePath is { } path ? new WireLog(path, [lease.Token, target.Secret]) : null;
        _prices = prices;
        _time = time;
        _logger = logger;
        Target = target;
        TokenHash = Hash(lease.Token);
        Ended = _ended.Token;
    }

    public UpstreamTarget Target { get; }
    public string Token => _lease.Token;
    public string TokenHash { get; }
    public bool KeepsWire => _wire is not null;

    /// <summary>Where its requests for a model queue up with those of others.</summary>
    public LaneKey LaneOf(string? model) => LaneKey.Of(_lease.Upstream, model);

    /// <summary>It has an answer of its own to whatever is asked, which nobody has to wait for.</summary>
    public bool AnswersItself
    {
        get
        {
            lock (_gate) return _closed || (_record.Spent is not null && !_book.Reporting);
        }
    }

    /// <summary>Cancelled when the attempt is closed: what is under way is cut.</summary>
    public CancellationToken Ended { get; }

    public GatewayRecord Record
    {
        get
        {
            lock (_gate) return Snapshot();
        }
    }

    /// <summary>Looking tokens up by their hash tells a guesser nothing about how much of a token was right.</summary>
    public static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    public static AttemptAccount Open(GatewayLease lease, UpstreamTarget target, PriceBook prices, TimeProvider time, ILogger logger)
    {
        var account = new AttemptAccount(lease, target, prices, time, logger);
        lock (account._gate) account.Replay();
        return account;
    }

    /// <summary>The exchange is over, whatever way it ended. Does nothing when closing the attempt has settled it already.</summary>
    public void Settle(AttemptCall call)
    {
        bool settled;
        lock (_gate)
        {
            settled = SettleLocked(call);
            if (settled) RuleLocked();
        }

        if (settled) KeepWire(call);
        Tell();
    }

    /// <summary>One of its requests waits for its turn at the API.</summary>
    public void PaceBegins(Lane lane)
    {
        lock (_gate)
        {
            _paced[lane] = _paced.GetValueOrDefault(lane) + 1;
            // The pace is met all the time; a closed window is news.
            if (lane.OpensAt is null) return;
            _changes.Enqueue(Snapshot());
        }

        Tell();
    }

    /// <summary>It waits no longer.</summary>
    public void PaceEnds(Lane lane)
    {
        lock (_gate)
        {
            if (_paced[lane] == 1) _paced.Remove(lane);
            else _paced[lane]--;
        }
    }

    /// <summary>A window was closed that some of them wait for.</summary>
    public void PaceChanged()
    {
        lock (_gate) _changes.Enqueue(Snapshot());
        Tell();
    }

    /// <summary>The work is over: what is left is the report's, and the main thread's alone.</summary>
    public void BeginReport()
    {
        lock (_gate)
        {
            if (_book.Reporting || _closed) return;
            Write(new LedgerLine { At = _time.GetUtcNow(), Report = true });
            _book.Reporting = true;
            RuleLocked();
        }

        Tell();
    }

    public void Allow(Allowance allowance)
    {
        lock (_gate)
        {
            if (_closed) return;
            _book.Allowance = allowance;
            Reconsider();
            RuleLocked();
        }

        Tell();
    }

    /// <summary>Settles all that is under way and cuts it; what waits is told that the attempt is over.</summary>
    public GatewayRecord Close()
    {
        GatewayRecord record;
        AttemptCall[] calls;
        lock (_gate)
        {
            _closed = true;
            DropHeld();
            calls = [.. _open.Values];
            foreach (var call in calls)
            {
                call.Left = true;
                SettleLocked(call);
            }

            record = Snapshot();
        }

        foreach (var call in calls) KeepWire(call);
        _ended.Cancel();
        Tell();
        return record;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            DropHeld();
            _ledger.Dispose();
        }

        _wire?.Dispose();

        // The source itself is left to the collector: requests still hold its token.
        _ended.Cancel();
    }

    private void Replay()
    {
        var replay = LedgerReplay.Of(_ledger.Replay());
        (_record, _numbers) = (replay.Record, replay.LastNumber);
        _book.Restore(_record.Usage, _record.Turns, _record.Reporting);
        Reconsider();
        foreach (var (number, usage) in replay.Unsettled)
        {
            Write(new LedgerLine { N = number, At = _time.GetUtcNow(), Usage = usage, Estimated = usage.Estimated });
        }
    }

    /// <summary>Under other limits: is the one that was met still met?</summary>
    private void Reconsider()
    {
        if (_record.Spent is not null && !_book.Reporting) _record = _record with { Spent = LimitWords.ReasonOf(_book.Met()) };
    }

    private bool SettleLocked(AttemptCall call)
    {
        if (call.Settled || !_open.Remove(call.Number)) return false;
        call.Settled = true;
        var usage = call.Cost();
        var reading = call.Reading;
        var line = new LedgerLine
        {
            N = call.Number,
            At = _time.GetUtcNow(),
            Status = call.Status,
            Usage = usage,
            Estimated = usage.Estimated,
            Stop = reading.Stop,
            Error = reading.Error,
            ResetsAt = call.ResetsAt,
            Ms = call.Milliseconds,
            TtfbMs = call.MillisecondsToFirstByte,
        };

        // Calls that generate nothing leave the record alone: the last status is evidence of how the agent's model calls went,
        // and a preconnect's 404 is none.
        if (call.Terms.Claim is { } claim)
        {
            _book.Settle(claim, usage, call.Succeeded, last: reading.EndsTurn);
            _record = LedgerReplay.Settled(_record, line, usage, call.Terms.Report, call.Terms.Price is null ? call.Terms.Model ?? "" : null);
            _record = _record with { OpenRequests = _record.OpenRequests - 1 };
            Learn(call, reading.Usage);
        }

        Write(line);
        if (call.Route.Generates) _changes.Enqueue(Snapshot());
        return true;
    }

    /// <summary>How many input tokens a byte of this agent's requests is, as the API told. Short requests tell little: what the API adds itself outweighs them.</summary>
    private void Learn(AttemptCall call, Usage usage)
    {
        const int Telling = 4096;
        if (call.Terms.BodyBytes < Telling) return;
        _tokensPerByte = Math.Max(_tokensPerByte, (usage.Input + usage.CacheRead + usage.CacheWrite) / (double)call.Terms.BodyBytes);
    }

    private GatewayRecord Snapshot() => _record with
    {
        Held = _held.Count,
        Paced = _paced.Values.Sum(),
        OpensAt = _paced.Count == 0 ? null : _paced.Keys.Max(lane => lane.OpensAt),
        Reporting = _book.Reporting,
        LastTrafficAt = Interlocked.Read(ref _trafficAt) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null,
    };

    private void NoteTraffic() => Interlocked.Exchange(ref _trafficAt, _time.GetUtcNow().UtcTicks);

    /// <summary>For the daemon after this one, should this one die in mid-stream. Not being able to write it harms nothing: the cap counts.</summary>
    /// <param name="bytes">Null: the answer cannot be read.</param>
    private void NoteProgress(AttemptCall call, long? bytes)
    {
        lock (_gate)
        {
            if (!call.Settled) Write(new LedgerLine { N = call.Number, At = _time.GetUtcNow(), Seen = bytes, Unreadable = bytes is null ? true : null });
        }
    }

    private bool Write(LedgerLine line)
    {
        var written = _ledger.TryAppend(line, out var fault);
        if (!written && !_unwritable) LogUnwritable(_lease.Task.Handle, _lease.Attempt, _lease.LedgerPath, fault);
        _unwritable = !written;
        return written;
    }

    /// <summary>Outside the lock: it may be megabytes. That it cannot be kept is said once and harms no call.</summary>
    private void KeepWire(AttemptCall call)
    {
        if (_wire is null || call.Tap is null) return;
        try
        {
            _wire.Append(call, _time.GetUtcNow());
            _wireBroken = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!_wireBroken) LogWireUnwritable(_lease.Task.Handle, _lease.Attempt, e.Message);
            _wireBroken = true;
        }
    }

    /// <summary>
    /// Tells what changed: in order, and with no lock held, so that the listener may ask back. Whoever finds nobody telling
    /// tells for all.
    /// </summary>
    private void Tell()
    {
        while (true)
        {
            GatewayRecord? record;
            lock (_gate)
            {
                if (_telling || !_changes.TryDequeue(out record)) return;
                _telling = true;
            }

            try
            {
                _lease.Changed(record);
            }
            catch (Exception e)
            {
                // A listener's fault must not cut an agent's stream.
                LogListenerFailed(e, _lease.Task.Handle, _lease.Attempt);
            }
            finally
            {
                lock (_gate) _telling = false;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "task {Task}, attempt {Attempt}: gateway ledger {Path} cannot be written, model calls are held off: {Fault}")]
    private partial void LogUnwritable(string task, int attempt, string path, string? fault);

    [LoggerMessage(Level = LogLevel.Error, Message = "task {Task}, attempt {Attempt}: the wire record cannot be written: {Fault}")]
    private partial void LogWireUnwritable(string task, int attempt, string fault);

    [LoggerMessage(Level = LogLevel.Error, Message = "task {Task}, attempt {Attempt}: the listener to gateway changes failed")]
    private partial void LogListenerFailed(Exception e, string task, int attempt);
}
