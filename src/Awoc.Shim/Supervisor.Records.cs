using System.Text.Json;
using Awoc.Shim.Agent;
using Awoc.Shim.Native;
using Awoc.Shim.Records;

namespace Awoc.Shim;

/// <summary>What is written down of the attempt.</summary>
internal sealed partial class Supervisor
{
    private const string SpareCause = "spare", ShimTerminated = "shim_terminated";

    /// <summary>Durable before the agent may execute: no agent runs unrecorded.</summary>
    private void RecordInfo()
    {
        var agent = Identity.Of(_reaper.AgentPid);
        var json = _json.Begin();
        json.WriteNumber("proto"u8, 1);
        json.WriteString("version"u8, Program.Version);
        json.WriteNumber("fence"u8, _spec.Fence);
        _self.Write(json);
        json.WriteNumber("agentPid"u8, agent.Pid);
        json.WriteNumber("agentStartTicks"u8, agent.StartTicks);
        json.Text("cgroup"u8, _cgroup?.Path);
        json.Number("relayPort"u8, _relay.Port > 0 ? _relay.Port : null);
        var error = _info.Commit(_json.End());
        if (error != 0) throw new ShimException("cannot write shim.json", -error);
    }

    private void RecordEnd(Poll poll)
    {
        WriteExit(_json.Begin());
        var error = _exit.Commit(_json.End());
        if (error == 0)
        {
            _phase = Phase.Ended;
            TellExit();
            return;
        }

        // Its room was taken at the start, but a file system may still refuse: the end is not given up for that.
        _directory.Note($"cannot write exit.json: {Fd.Text(-error)}");
        poll.Begin();
        poll.Until(poll.NowUs + RetryUs);
        poll.Wait();
    }

    /// <summary>The attempt ended before its agent could be spawned: that too is an end, and is recorded as one.</summary>
    private void RecordFailedStart(ShimException failure)
    {
        if (_reaper.AgentPid > 0)
        {
            _ = Libc.Kill(_reaper.AgentPid, Signals.Kill);
            while (!_reaper.Reap()) Clock.Sleep(1000);
        }

        _failure = failure.Words;
        _endedUnixUs = Clock.UnixUs();
        WriteExit(_json.Begin());
        var error = _exit.Commit(_json.End());
        if (error != 0) _directory.Note($"{failure.Words}; and exit.json cannot be written: {Fd.Text(-error)}");
        _info.Drop();
        _cgroup?.Remove();
        if (_server is not null) _server.Close(0);
    }

    /// <summary>A spare that ends without an order of its owner's was no attempt, whatever ended it.</summary>
    private string? EndCause => _spare && _ladder?.Cause is null or ShimTerminated ? SpareCause : _ladder?.Cause;

    private void WriteExit(Utf8JsonWriter json)
    {
        var executed = _startedUs > 0;
        var error = _failure ?? _gate?.Error;
        var ranAsSpare = _spare && _gate is { Executed: true };
        var failedToStart = !executed && !ranAsSpare && _ladder?.Cause is null;
        var (maxRssKb, userUs, systemUs) = Reaper.Use();
        json.WriteNumber("proto"u8, 1);
        json.WriteNumber("fence"u8, _fence);
        json.Number("code"u8, executed || ranAsSpare ? _reaper.Code : null);
        json.Number("signal"u8, executed || ranAsSpare ? _reaper.Signal : null);
        json.Text("cause"u8, failedToStart ? "spawn_failed" : EndCause);
        json.Text("error"u8, failedToStart ? error ?? "the agent could not be executed" : null);
        json.Number("errno"u8, failedToStart && _gate is { Errno: > 0 } ? _gate.Errno : null);
        json.WriteStartArray("ladder"u8);
        if (_ladder is not null)
        {
            foreach (var (kind, atUs) in _ladder.Taken)
            {
                json.WriteStartObject();
                json.WriteString("do"u8, Step.Name(kind));
                json.WriteNumber("atMs"u8, atUs / 1000);
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
        json.Number("startedUs"u8, executed ? _startedUnixUs : null);
        json.WriteNumber("endedUs"u8, _endedUnixUs);
        json.WriteNumber("runMs"u8, _ranUs / 1000);
        json.WriteNumber("maxRssKb"u8, maxRssKb);
        json.WriteNumber("userMs"u8, userUs / 1000);
        json.WriteNumber("sysMs"u8, systemUs / 1000);
        json.WriteNumber("survivors"u8, _tree?.Killed ?? 0);
        json.WriteNumber("events"u8, _output?.Events ?? 0);
        json.WriteNumber("stderr"u8, _output?.Stderr ?? 0);
        json.WriteNumber("dropped"u8, _output?.Dropped ?? 0);
    }
}
