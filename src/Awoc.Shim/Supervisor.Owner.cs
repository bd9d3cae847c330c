using System.Text;
using Awoc.Shim.Native;
using Awoc.Shim.Owner;
using Awoc.Shim.Records;

namespace Awoc.Shim;

/// <summary>What is said to owners and done for them.</summary>
internal sealed partial class Supervisor
{
    private void Greet(OwnerConnection connection)
    {
        var json = _json.Begin("hello"u8);
        json.WriteNumber("proto"u8, 1);
        json.WriteString("task"u8, _spec.Task);
        json.WriteNumber("attempt"u8, _spec.Attempt);
        json.WriteNumber("fence"u8, _fence);
        json.WriteString("state"u8, StateName);
        json.WriteNumber("pid"u8, _reaper.AgentPid);
        json.WriteStartObject("bytes"u8);
        json.WriteNumber("events"u8, _output.Events);
        json.WriteNumber("stderr"u8, _output.Stderr);
        json.WriteEndObject();
        json.WriteNumber("inSeq"u8, _stdin.Sequence);
        json.WriteNumber("elapsedMs"u8, ElapsedUs / 1000);
        json.Number("relayPort"u8, _relay.Port > 0 ? _relay.Port : null);
        json.WriteNumber("relayWaiting"u8, _relay.Waiting);
        json.WriteBoolean("logFull"u8, _output.Full);
        json.Number("deadlineMs"u8, _deadlineMs);
        connection.Send(_json.End());
    }

    private ReadOnlySpan<byte> StateName => _phase switch
    {
        Phase.WaitingSecret => "waiting_secret"u8,
        Phase.Gated => "gated"u8,
        Phase.Running => _ladder.Cause is not null ? "ending"u8 : _spare ? "spare"u8 : "running"u8,
        Phase.Ending => "ending"u8,
        Phase.Ended => "ended"u8,
    };

    private void Take(OwnerConnection connection, OwnerMessage message)
    {
        if (message.Command == OwnerCommand.Own)
        {
            Own(connection, message.Fence);
            return;
        }

        // Whoever does not own the attempt may look, not touch.
        if (_server.Owner != connection) return;
        switch (message.Command)
        {
            case OwnerCommand.In:
                var taken = _stdin.Take(message.N, message.Line);
                var json = _json.Begin("ack"u8);
                json.WriteNumber("n"u8, message.N);
                if (!taken) json.WriteBoolean("closed"u8, true);
                connection.Send(_json.End());
                break;
            case OwnerCommand.Eof:
                _stdin.End();
                break;
            case OwnerCommand.End:
                End(message);
                break;
            case OwnerCommand.Deadline:
                _deadlineMs = message.Ms;
                break;
            case OwnerCommand.Secret:
                TakeSecret(message);
                break;
            case OwnerCommand.Begin:
                BeginAttempt(message);
                break;
            case OwnerCommand.Unknown:
            case OwnerCommand.Own:
                break;
        }
    }

    private void Own(OwnerConnection connection, long fence)
    {
        if (fence < _fence)
        {
            var refusal = _json.Begin("refused"u8);
            refusal.WriteNumber("fence"u8, _fence);
            connection.Send(_json.End());
            return;
        }

        _fence = fence;
        _server.SetOwner(connection);
        var owned = _json.Begin("owned"u8);
        owned.WriteNumber("fence"u8, fence);
        connection.Send(_json.End());
        if (_held.Count > 0) TellHeld(connection);

        // A new owner is told what it missed, whether or not it was told before.
        if (_startedUs > 0) TellExec();
        if (_output.Full) _toldFull = false;
        _server.NoteGrowth();
    }

    private void End(OwnerMessage message)
    {
        // A disk that stays full keeps an attempt from its end only as long as nobody asks.
        if (_phase == Phase.Ending)
        {
            if (_output.Full) _output.Abandon();
            return;
        }

        bool line = false, interrupt = false, terminate = false;
        foreach (var name in message.Skip)
        {
            line |= name.AsSpan().SequenceEqual("line"u8);
            interrupt |= name.AsSpan().SequenceEqual("int"u8);
            terminate |= name.AsSpan().SequenceEqual("term"u8);
        }

        // Behind its gate there is nobody yet to ask.
        if (_phase < Phase.Running) line = interrupt = terminate = true;
        _ladder.Begin(message.Cause is { } cause ? Encoding.UTF8.GetString(cause) : "cancel", line, interrupt, terminate);
    }

    /// <summary>A spare becomes an attempt. Once: a second is answered as the first. One that is about to end stays what it is.</summary>
    private void BeginAttempt(OwnerMessage message)
    {
        if (_spare)
        {
            if (_ladder.Cause is not null || _phase >= Phase.Ending) return;
            var file = message.StdinFile is { } name ? Fd.Open(_directory.Fd, [.. name, 0], Open.Read) : -1;
            if (message.StdinFile is not null && file < 0)
            {
                _directory.Note($"cannot open the file of a begin: {Fd.Text(-file)}");
                _ladder.Begin(SpareCause);
                return;
            }

            _spare = false;
            _deadlineMs = message.DeadlineMs;
            if (file >= 0) _stdin.Feed(file);
            if (!_spec.KeepStdin) _stdin.End();
            if (_phase == Phase.Running) StartClock();
        }

        if (_startedUs > 0) TellExec();
    }

    private void TakeSecret(OwnerMessage message)
    {
        if (_hasSecret) return;
        _hasSecret = true;
        _held.AddRange(message.Held);
        if (_phase != Phase.WaitingSecret) return;
        _secrets = message.Env;
        Go();
    }

    private void TellHeld(OwnerConnection connection)
    {
        var json = _json.Begin("held"u8);
        json.WriteStartObject("values"u8);
        foreach (var entry in _held)
        {
            var split = entry.AsSpan().IndexOf((byte)'=');
            json.WriteString(entry.AsSpan(0, split), entry.AsSpan(split + 1));
        }

        json.WriteEndObject();
        connection.Send(_json.End());
    }

    private void TellExec()
    {
        if (_server.Owner is not { } owner) return;
        var json = _json.Begin("exec"u8);
        json.Text("error"u8, _gate.Error);
        owner.Send(_json.End());
    }

    private void TellGrowth(long nowUs)
    {
        if (!_server.TakeGrowth(nowUs)) return;
        var json = _json.Begin("grew"u8);
        json.WriteNumber("events"u8, _output.Events);
        json.WriteNumber("stderr"u8, _output.Stderr);
        _server.Owner?.Send(_json.End());
    }

    private void TellFull()
    {
        if (_output.Full == _toldFull || _server.Owner is not { } owner) return;
        _toldFull = _output.Full;
        var json = _json.Begin("full"u8);
        json.WriteBoolean("on"u8, _toldFull);
        owner.Send(_json.End());
    }

    private void TellExit()
    {
        var json = _json.Begin("exit"u8);
        WriteExit(json);
        _server.Owner?.Send(_json.End());
    }
}
