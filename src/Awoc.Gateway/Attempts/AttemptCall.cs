using Awoc.Core.Budgets;
using Awoc.Gateway.Dialects;

namespace Awoc.Gateway.Attempts;

/// <summary>One forwarded request, from its grant to its settlement.</summary>
/// <param name="progress">Told how many bytes of a streamed answer have come, every <see cref="StreamEstimate.Step"/>; null where none is streamed.</param>
internal sealed class AttemptCall(int number, ApiRoute route, long cap, TimeProvider time, Action<AttemptCall, long>? progress)
{
    private long _received;
    private long _told;
    private readonly long _started = time.GetTimestamp();
    private volatile IResponseMeter? _meter;
    private volatile bool _sent;
    private int _status;
    private long _firstByteAt;

    public int Number => number;
    public ApiRoute Route => route;
    public bool Settled { get; set; }
    public int? Status => Volatile.Read(ref _status) is > 0 and var status ? status : null;
    public MeterReading Reading => _meter?.Reading ?? MeterReading.Nothing;
    public double Milliseconds => Math.Round(time.GetElapsedTime(_started).TotalMilliseconds, 3);

    public double? MillisecondsToFirstByte => Volatile.Read(ref _firstByteAt) is > 0 and var at
        ? Math.Round(time.GetElapsedTime(_started, at).TotalMilliseconds, 3)
        : null;

    /// <summary>The upstream may have taken the request: from here on it may cost.</summary>
    public void Sending() => _sent = true;

    public void Answered(int status, IResponseMeter meter)
    {
        Volatile.Write(ref _status, status);
        _meter = meter;
    }

    public void Received(ReadOnlySpan<byte> bytes)
    {
        if (_firstByteAt == 0) Volatile.Write(ref _firstByteAt, Math.Max(1, time.GetTimestamp()));
        _meter?.Read(bytes);
        _received += bytes.Length;
        if (progress is null || _received - _told < StreamEstimate.Step) return;
        _told = _received;
        progress(this, _received);
    }

    public void ReceivedEnd() => _meter?.End();

    /// <summary>
    /// What it cost, as far as can be told now. Nothing when it generates nothing, when no upstream took it, and when the
    /// answer was an error; the wire's figures when the end was seen; otherwise the cap, marked estimated.
    /// </summary>
    public Usage Cost()
    {
        if (!route.Generates || !_sent) return Usage.Zero;
        if (Status is < 200 or > 299) return Usage.Zero;
        var reading = Reading;
        if (reading.Final) return reading.Usage;
        if (!reading.Begun && reading.Error is not null) return Usage.Zero;
        return reading.Usage with { Output = Math.Max(cap, reading.Usage.Output), Estimated = true };
    }
}
