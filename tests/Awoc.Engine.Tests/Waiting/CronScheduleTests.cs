using Awoc.Core.Budgets;
using Awoc.Core.Tasks;
using Awoc.Engine.Waiting;

namespace Awoc.Engine.Tests.Waiting;

public sealed class CronScheduleTests
{
    [Theory]
    // Berlin's clocks go from 02:00 to 03:00 on 2027-03-28: what falls into the gap comes at its end, once.
    [InlineData("30 2 * * *", "2027-03-27T23:00Z", "2027-03-28T01:00Z")]
    [InlineData("30 2 * * *", "2027-03-28T01:00Z", "2027-03-29T00:30Z")]
    // And from 03:00 back to 02:00 on 2027-10-31: what they show twice comes the first time alone.
    [InlineData("30 2 * * *", "2027-10-30T22:00Z", "2027-10-31T00:30Z")]
    [InlineData("30 2 * * *", "2027-10-31T00:30Z", "2027-11-01T01:30Z")]
    [InlineData("*/20 * * * * *", "2027-01-01T00:00:10Z", "2027-01-01T00:00:20Z")]
    [InlineData("@daily", "2027-01-01T12:00Z", "2027-01-01T23:00Z")]
    public void Next_InBerlin_IsThatMoment(string cron, string after, string expected) => Assert.Equal(
        DateTimeOffset.Parse(expected, null),
        CronSchedule.Next(CronSchedule.Read(cron)!, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"), DateTimeOffset.Parse(after, null)));

    [Fact]
    public void Next_NeverFires_IsNull() => Assert.Null(CronSchedule.Next(CronSchedule.Read("0 0 30 2 *")!, TimeZoneInfo.Utc, DateTimeOffset.UnixEpoch));

    [Theory]
    [InlineData("")]
    [InlineData("* * *")]
    [InlineData("61 * * * *")]
    [InlineData("* * * * * * *")]
    public void Read_NoExpression_IsNull(string text) => Assert.Null(CronSchedule.Read(text));

    [Fact]
    public void Next_ClockSetBack_DoesNotBringTheSameTimeAgain()
    {
        var own = new DateTimeOffset(2027, 1, 1, 2, 0, 0, TimeSpan.Zero);
        var spec = Spec() with { Start = new StartCondition { NotBefore = own } };
        Assert.Equal(own.AddDays(1), CronSchedule.Next(spec, own.AddMinutes(-30), TimeZoneInfo.Utc));
    }

    [Fact]
    public void Next_MachineWasOff_WhatWasMissedIsNotMadeUp()
    {
        var own = new DateTimeOffset(2027, 1, 1, 2, 0, 0, TimeSpan.Zero);
        var spec = Spec() with { Start = new StartCondition { NotBefore = own } };
        Assert.Equal(own.AddDays(11), CronSchedule.Next(spec, own.AddDays(10).AddHours(1), TimeZoneInfo.Utc));
    }

    private static TaskSpec Spec() => new()
    {
        Type = "custom",
        Agent = "command",
        Cwd = "/",
        Budget = Budget.Default,
        Recurs = new Recurrence("0 2 * * *", "Etc/UTC"),
    };
}
