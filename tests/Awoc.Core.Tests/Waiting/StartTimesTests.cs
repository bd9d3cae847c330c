using Awoc.Core.Waiting;

namespace Awoc.Core.Tests.Waiting;

public sealed class StartTimesTests
{
    private static readonly TimeZoneInfo s_berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    [Theory]
    [InlineData("2026-11-24T02:00Z", "2026-11-24T02:00Z")]
    [InlineData("2026-11-24T02:00+05:30", "2026-11-23T20:30Z")]
    [InlineData("2026-11-24T02:00", "2026-11-24T01:00Z")]
    [InlineData("2026-11-24 02:00:30", "2026-11-24T01:00:30Z")]
    [InlineData("13:30", "2026-11-23T12:30Z")]
    [InlineData("2:00", "2026-11-24T01:00Z")]
    [InlineData("tomorrow 02:00", "2026-11-24T01:00Z")]
    [InlineData("Today 23:59", "2026-11-23T22:59Z")]
    // Clocks go forward from 02:00 to 03:00 on 2027-03-28, and back from 03:00 to 02:00 on 2027-10-31.
    [InlineData("2027-03-28T02:30", "2027-03-28T01:00Z")]
    [InlineData("2027-10-31T02:30", "2027-10-31T00:30Z")]
    public void TryParse_InBerlin_IsThatMoment(string text, string expected)
    {
        Assert.True(StartTimes.TryParse(text, s_berlin, new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero), out var time));
        Assert.Equal(DateTimeOffset.Parse(expected, null), time);
    }

    [Theory]
    [InlineData("")]
    [InlineData("yesterday")]
    [InlineData("25:00")]
    [InlineData("today 12:59")]
    [InlineData("2026-11-23T12:00Z")]
    [InlineData("2026-02-30T12:00Z")]
    [InlineData("9999-01-01T00:00Z")]
    [InlineData("tomorrow")]
    public void TryParse_NoTimeToCome_IsRefused(string text) =>
        Assert.False(StartTimes.TryParse(text, s_berlin, new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero), out _));
}
