using Awoc.Client;

namespace Awoc.Cli.Tests.Client;

public class ExitCodesTests
{
    [Theory]
    [InlineData("succeeded", 0)]
    [InlineData("failed", 1)]
    [InlineData("budget_exhausted", 3)]
    [InlineData("canceled", 4)]
    [InlineData("lost", 5)]
    [InlineData("timed_out", 124)]
    [InlineData("a word of tomorrow", 1)]
    public void OfOutcome_EachWord_HasItsCode(string outcome, int code) => Assert.Equal(code, ExitCodes.OfOutcome(outcome));

    [Fact]
    public void OfOutcome_AllOutcomes_HaveCodesOfTheirOwn() =>
        Assert.Equal(TaskWords.Outcomes.Count, TaskWords.Outcomes.Select(ExitCodes.OfOutcome).Distinct().Count());

    [Theory]
    [InlineData("invalid", 2)]
    [InlineData("not_found", 2)]
    [InlineData("ambiguous", 2)]
    [InlineData("conflict", 2)]
    [InlineData("unavailable", 69)]
    [InlineData("unauthorized", 69)]
    [InlineData("internal", 1)]
    public void OfProblem_EachWord_HasItsCode(string type, int code) => Assert.Equal(code, ExitCodes.OfProblem(type));

    [Theory]
    [InlineData(ExitCodes.Succeeded, ExitCodes.Canceled, ExitCodes.Canceled)]
    [InlineData(ExitCodes.TimedOut, ExitCodes.Failed, ExitCodes.Failed)]
    [InlineData(ExitCodes.Lost, ExitCodes.Failed, ExitCodes.Lost)]
    [InlineData(ExitCodes.BudgetExhausted, ExitCodes.Canceled, ExitCodes.BudgetExhausted)]
    public void Worst_OfTwo_IsTheSameBothWays(int left, int right, int worst)
    {
        Assert.Equal(worst, ExitCodes.Worst(left, right));
        Assert.Equal(worst, ExitCodes.Worst(right, left));
    }
}
