namespace Awoc.Engine.Supervision;

/// <summary>An attempt's running time as its shim counts it: a machine's sleep is left out.</summary>
public sealed class RunClock(TimeProvider time, TimeSpan elapsed)
{
    private readonly long _read = time.GetTimestamp();

    public TimeSpan Elapsed => elapsed + time.GetElapsedTime(_read);
}
