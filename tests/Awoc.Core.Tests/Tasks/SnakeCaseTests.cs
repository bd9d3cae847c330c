using Awoc.Core.Tasks;

namespace Awoc.Core.Tests.Tasks;

public sealed class SnakeCaseTests
{
    [Fact]
    public void Text_Axes_AreTheWordsOfTheDesign()
    {
        Assert.Equal(["scheduled", "queued", "running", "awaiting_input", "ended"], SnakeCase.All<TaskState>());
        Assert.Equal(["succeeded", "failed", "canceled", "timed_out", "budget_exhausted", "lost"], SnakeCase.All<TaskOutcome>());
        Assert.Equal(["none", "partial", "complete"], SnakeCase.All<TaskResult>());
        Assert.Equal(["not_checked", "passed", "failed"], SnakeCase.All<Verification>());
    }

    [Fact]
    public void Parse_EveryMember_RoundTrips()
    {
        foreach (var reason in Enum.GetValues<EndReason>()) Assert.Equal(reason, SnakeCase.Parse<EndReason>(reason.Text()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("TimedOut")]
    [InlineData("timedout")]
    [InlineData("timed_out ")]
    [InlineData("3")]
    public void TryParse_OtherText_IsFalse(string? text) => Assert.False(SnakeCase.TryParse<TaskOutcome>(text, out _));

    [Fact]
    public void Text_AbsentAxis_IsNull() => Assert.Null(((TaskOutcome?)null).Text());

    [Fact]
    public void Parse_UnknownWord_NamesTheAllowedOnes()
    {
        var fault = Assert.Throws<FormatException>(() => SnakeCase.Parse<TaskResult>("all"));
        Assert.Equal("'all' is no TaskResult: one of none, partial, complete", fault.Message);
    }
}
