using System.Security.Cryptography;
using System.Text;
using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Gateway.Dialects;
using Awoc.Gateway.Upstreams;
using Microsoft.Extensions.Logging;

namespace Awoc.Gateway.Attempts;

/// <summary>What one attempt may spend and has spent: grants before, settlements after, both in its ledger.</summary>
internal sealed partial class AttemptAccount : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, AttemptCall> _open = [];
    private readonly Queue<GatewayRecord> _changes = [];
    private readonly CancellationTokenSource _ended = new();
    private readonly GatewayLease _lease;
    private readonly Ledger _ledger;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private GatewayRecord _record = GatewayRecord.Nothing;
    private Allowance _allowance;
    private int _numbers;
    private bool _closed;
    private bool _telling;
    private bool _unwritable;

    private AttemptAccount(GatewayLease lease, UpstreamTarget target, TimeProvider time, ILogger logger)
    {
        _lease = lease;
        _allowance = lease.Allowance;
        _ledger = new Ledger(lease.LedgerPath);
        _time = time;
        _logger = logger;
        Target = target;
        TokenHash = Hash(lease.Token);
        Ended = _ended.Token;
    }

    public UpstreamTarget Target { get; }
    public string Token => _lease.Token;
    public string TokenHash { get; }

    /// <summary>Cancelled when the attempt is closed: what is under way is cut.</summary>
    public CancellationToken Ended { get; }

    public GatewayRecord Record
    {
        get
        {
            lock (_gate) return _record;
        }
    }

    /// <summary>Looking tokens up by their hash tells a guesser nothing about how much of a token was right.</summary>
    public static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    public static AttemptAccount Open(GatewayLease lease, UpstreamTarget target, TimeProvider time, ILogger logger)
    {
        var account = new AttemptAccount(lease, target, time, logger);
        lock (account._gate) account.Replay();
        return account;
    }

    /// <summary>Grants a request, and writes the grant down, or says why not.</summary>
    /// <param name="agent">The sub-agent that asks; null for the main thread.</param>
    public (AttemptCall? Call, GatewayRefusal? Refusal) Begin(ApiRoute route, RequestFacts facts, string? agent)
    {
        (AttemptCall?, GatewayRefusal?) result;
        lock (_gate)
        {
            if (_closed) return (null, new GatewayRefusal(GatewayFault.UnknownToken, "AWOC: this attempt is over, and its token with it"));
            result = route.Generates && _record.Usage.Output >= _allowance.Tokens ? (null, Refuse()) : Grant(route, facts, agent);
        }

        Tell();
        return result;
    }

    /// <summary>The exchange is over, whatever way it ended. Does nothing when closing the attempt has settled it already.</summary>
    public void Settle(AttemptCall call)
    {
        lock (_gate) SettleLocked(call);
        Tell();
    }

    public void BeginReport()
    {
        lock (_gate) _record = _record with { Reporting = true };
    }

    public void Allow(Allowance allowance)
    {
        lock (_gate) _allowance = allowance;
    }

    /// <summary>Settles all that is under way and cuts it.</summary>
    public GatewayRecord Close()
    {
        GatewayRecord record;
        lock (_gate)
        {
            _closed = true;
            foreach (var call in _open.Values.ToArray()) SettleLocked(call);
            record = _record;
        }

        _ended.Cancel();
        Tell();
        return record;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            _ledger.Dispose();
        }

        // The source itself is left to the collector: requests still hold its token.
        _ended.Cancel();
    }

    private void Replay()
    {
        var replay = LedgerReplay.Of(_ledger.Replay());
        (_record, _numbers) = (replay.Record, replay.LastNumber);
        foreach (var (number, usage) in replay.Unsettled)
        {
            Write(new LedgerLine { N = number, At = _time.GetUtcNow(), Usage = usage, Estimated = usage.Estimated });
        }
    }

    private (AttemptCall?, GatewayRefusal?) Grant(ApiRoute route, RequestFacts facts, string? agent)
    {
        var call = new AttemptCall(_numbers + 1, route, facts.Cap, _time, facts.Streams ? NoteProgress : null);
        var line = new LedgerLine
        {
            N = call.Number,
            At = _time.GetUtcNow(),
            Route = route.Name,
            Model = facts.Model,
            Agent = agent,
            Cap = facts.Cap,
            Stream = facts.Streams ? true : null,
        };
        if (!Write(line))
        {
            return (null, new GatewayRefusal(GatewayFault.NotRecordable,
                $"AWOC: the gateway's ledger of task {_lease.Task.Handle} cannot be written (is the disk full?): nothing is forwarded until it can"));
        }

        _numbers++;
        _open.Add(call.Number, call);
        if (route.Generates) _record = _record with { Requests = _record.Requests + 1, OpenRequests = _record.OpenRequests + 1 };
        return (call, null);
    }

    private GatewayRefusal Refuse()
    {
        _record = _record with { BudgetRefusals = _record.BudgetRefusals + 1 };
        Write(new LedgerLine { At = _time.GetUtcNow(), Refused = "budget" });
        _changes.Enqueue(_record);
        return new GatewayRefusal(GatewayFault.BudgetSpent,
            $"AWOC: token budget of task {_lease.Task.Handle}: {_record.Usage.Output} of {_allowance.Tokens} used");
    }

    private void SettleLocked(AttemptCall call)
    {
        if (call.Settled || !_open.Remove(call.Number)) return;
        call.Settled = true;
        var usage = call.Cost();
        var reading = call.Reading;

        // Calls that generate nothing leave the record alone: the last status is evidence of how the agent's model calls went,
        // and a preconnect's 404 is none.
        if (call.Route.Generates)
        {
            _record = LedgerReplay.Settled(_record, usage, call.Status, reading.Stop, reading.Error);
            _record = _record with { OpenRequests = _record.OpenRequests - 1 };
        }

        Write(new LedgerLine
        {
            N = call.Number,
            At = _time.GetUtcNow(),
            Status = call.Status,
            Usage = usage,
            Estimated = usage.Estimated,
            Stop = reading.Stop,
            Error = reading.Error,
            Ms = call.Milliseconds,
            TtfbMs = call.MillisecondsToFirstByte,
        });
        if (call.Route.Generates) _changes.Enqueue(_record);
    }

    /// <summary>For the daemon after this one, should this one die in mid-stream. Not being able to write it harms nothing: the cap counts.</summary>
    private void NoteProgress(AttemptCall call, long bytes)
    {
        lock (_gate)
        {
            if (!call.Settled) Write(new LedgerLine { N = call.Number, At = _time.GetUtcNow(), Seen = bytes });
        }
    }

    private bool Write(LedgerLine line)
    {
        var written = _ledger.TryAppend(line, out var fault);
        if (!written && !_unwritable) LogUnwritable(_lease.Task.Handle, _lease.Attempt, _lease.LedgerPath, fault);
        _unwritable = !written;
        return written;
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

    [LoggerMessage(Level = LogLevel.Error, Message = "task {Task}, attempt {Attempt}: the listener to gateway changes failed")]
    private partial void LogListenerFailed(Exception e, string task, int attempt);
}
