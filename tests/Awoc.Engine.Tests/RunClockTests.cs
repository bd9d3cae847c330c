using Awoc.Engine.Supervision;

namespace Awoc.Engine.Tests;

public sealed class RunClockTests
{
    [Theory]
    [InlineData(30)]
    [InlineData(-30)]
    public void Elapsed_WallClockJumps_CountsOnlyWhatPassed(int days)
    {
        var time = new JumpingTime();
        var clock = new RunClock(time, TimeSpan.FromSeconds(10));
        time.Passed += TimeSpan.FromSeconds(5);
        time.Wall = time.Wall.AddDays(days);
        time.Passed += TimeSpan.FromSeconds(1);
        Assert.Equal(TimeSpan.FromSeconds(16), clock.Elapsed);
    }

    /// <summary>Like the system's: what passed and what the wall clock says are two things.</summary>
    private sealed class JumpingTime : TimeProvider
    {
        public TimeSpan Passed { get; set; }

        public DateTimeOffset Wall { get; set; } = DateTimeOffset.UnixEpoch;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Passed.Ticks;

        public override DateTimeOffset GetUtcNow() => Wall + Passed;
    }
}
