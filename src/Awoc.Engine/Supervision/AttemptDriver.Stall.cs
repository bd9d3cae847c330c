using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Engine.Shims;
using Awoc.Engine.Supervision.Stalls;

namespace Awoc.Engine.Supervision;

// Whether the agent still lives. Not judged while no daemon is there: the clock starts with each that follows the attempt.
public sealed partial class AttemptDriver
{
    /// <summary>Added to a delay that the agent told: it asks the API again a little after it.</summary>
    private static readonly TimeSpan s_retryGrace = TimeSpan.FromSeconds(2);

    private volatile StallWatch? _stall;
    private long? _stallLimit;
    private long _stallLookedAt;
    private AgentEvent.Retry? _retry;
    private long _retryHeardAt;

    /// <summary>How long the agent has given no sign of life, and how long it may; null before the first look and where there is no such limit.</summary>
    public (TimeSpan For, TimeSpan Patience)? Quiet => _stall is { } watch && _budget.StallSeconds > 0 ? (watch.Quiet, watch.Patience) : null;

    /// <summary>Has a look when one is due, and ends an attempt that hangs; returns the time until the next.</summary>
    private TimeSpan? WatchForStall(bool logFull)
    {
        if (_budget.StallSeconds is not (> 0 and var limit) || _end.Task.IsCompleted) return null;
        if (_stall is null || _stallLimit != limit)
        {
            (_stall, _stallLimit, _stallLookedAt) = (new StallWatch(TimeSpan.FromSeconds(limit)), limit, ports.Time.GetTimestamp());
            _stall.Observe(SignsOfLife(logFull), TimeSpan.Zero);
            return _stall.Interval;
        }

        var since = ports.Time.GetElapsedTime(_stallLookedAt);
        if (since < _stall.Interval) return _stall.Interval - since;
        _stallLookedAt = ports.Time.GetTimestamp();
        if (_stall.Observe(SignsOfLife(logFull), since))
        {
            ports.Files.Note(task, $"no sign of life for {Duration.Text((long)_stall.Quiet.TotalSeconds)}: no output, no model traffic, no CPU");
            End(EndCause.Stall);
        }

        return _stall.Interval;
    }

    private LifeSigns SignsOfLife(bool logFull)
    {
        var record = ports.Gateway.Find(task.Id, task.Attempt);
        return new LifeSigns
        {
            LogBytes = LengthOf(_attempt.Events) + LengthOf(_attempt.Stderr),
            TrafficAt = record?.LastTrafficAt,
            TreeCpu = ShimInfo.Read(_attempt.Path) is { } shim ? TreeCpu.Read(shim) : null,
            ToolPending = _story.OpenCalls.Any(call => call.State == CallState.Pending),
            Excused = logFull || record?.Held > 0 || record?.Paced > 0 || _conversation.Question is not null || WaitsToRetry(),
        };
    }

    /// <summary>The agent has said for how long it waits before it asks the model API again.</summary>
    private bool WaitsToRetry()
    {
        if (!ReferenceEquals(_story.LastRetry, _retry)) (_retry, _retryHeardAt) = (_story.LastRetry, ports.Time.GetTimestamp());
        return _retry is { } retry && ports.Time.GetElapsedTime(_retryHeardAt) < retry.Delay + s_retryGrace;
    }
}
