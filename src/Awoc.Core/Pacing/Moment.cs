namespace Awoc.Core.Pacing;

/// <summary>One instant by two clocks. Paces and waits are told by the first; times that an API names by the second, which may be set.</summary>
/// <param name="Steady">Since any fixed point, by a clock that never goes back. A machine's sleep may be left out of it.</param>
/// <param name="Wall">The time of day.</param>
public readonly record struct Moment(TimeSpan Steady, DateTimeOffset Wall)
{
    public static Moment Of(TimeProvider time) => new(time.GetElapsedTime(0, time.GetTimestamp()), time.GetUtcNow());

    /// <summary>Later by this much, on both clocks.</summary>
    public Moment After(TimeSpan time) => new(Steady + time, Wall + time);
}
