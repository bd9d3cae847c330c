using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Core.Prompts;
using Awoc.Core.Tasks;
using Awoc.Engine.Budgets;
using Awoc.Engine.Endings;
using Awoc.Engine.Supervision;

namespace Awoc.Engine.Tests;

public sealed class TopUpTests
{
    private static readonly Budget s_all = new(1000, 60) { InputTokens = 50, CostUsd = 0.5m, Turns = 3 };

    private static TopUpOrder Order(string? tokens = null, string? timeout = null, string? cost = null, string? input = null, string? turns = null) =>
        new(tokens, timeout, cost, input, turns);

    [Fact]
    public void AddTo_EachLimit_IsRaisedByWhatIsGiven()
    {
        var (budget, faults) = Order("2000", "10m", "0.25", "10", "2").AddTo(s_all, usesModel: true);
        Assert.Empty(faults);
        Assert.Equal(new Budget(3000, 660) { InputTokens = 60, CostUsd = 0.75m, Turns = 5 }, budget);
    }

    [Fact]
    public void AddTo_Nothing_IsAFault() => Assert.Single(Order().AddTo(s_all, usesModel: true).Faults);

    [Theory]
    [InlineData("0", null, null, null, null)]
    [InlineData("-5", null, null, null, null)]
    [InlineData("1.5", null, null, null, null)]
    [InlineData("100000000", null, null, null, null)]
    [InlineData("99999999999999999999999", null, null, null, null)]
    [InlineData(null, "soon", null, null, null)]
    [InlineData(null, "0", null, null, null)]
    [InlineData(null, "30d", null, null, null)]
    [InlineData(null, null, "0", null, null)]
    [InlineData(null, null, "-1", null, null)]
    [InlineData(null, null, "1e9", null, null)]
    [InlineData(null, null, "9999999", null, null)]
    [InlineData(null, null, null, "x", null)]
    [InlineData(null, null, null, null, "2147483647")]
    public void AddTo_WrongValue_IsAFaultAndChangesNothing(string? tokens, string? timeout, string? cost, string? input, string? turns)
    {
        var (budget, faults) = Order(tokens, timeout, cost, input, turns).AddTo(s_all, usesModel: true);
        Assert.Single(faults);
        Assert.Equal(s_all, budget);
    }

    [Fact]
    public void AddTo_LimitThatTheTaskHasNot_IsAFault()
    {
        var (_, faults) = Order(cost: "1", input: "5", turns: "1").AddTo(new Budget(1000, 60), usesModel: true);
        Assert.Equal(["--max-cost", "--max-input-tokens", "--max-turns"], faults.Select(f => f.Field).Order());
    }

    [Fact]
    public void AddTo_TokensWithoutAModel_AreAFault() => Assert.Single(Order("5").AddTo(s_all, usesModel: false).Faults);

    [Fact]
    public void Flags_AreWhatTheShellTakes() =>
        Assert.Equal(" --tokens 5 --timeout '1 m'", Order("5", "1 m").Flags);

    [Theory]
    [InlineData(600_000, 540_000L)]
    [InlineData(12_000, 10_000L)]
    [InlineData(1_000, 500L)]
    [InlineData(999, null)]
    public void SoftDeadlineMs_TimeLeft_KeepsTheReportsShare(long left, long? soft) => Assert.Equal(soft, Allowances.SoftDeadlineMs(left));

    [Theory]
    [InlineData(EndReason.Tokens, 4987, 5000, "token budget spent (4,987 of 5,000)")]
    [InlineData(EndReason.Deadline, 90_500, 100_000, "time budget spent (1m30s of 1m40s)")]
    [InlineData(EndReason.Cost, 123_400, 100_000, "money budget spent ($0.1234 of $0.10)")]
    [InlineData(EndReason.Turns, 5, 5, "turn budget spent (5 of 5)")]
    public void Words_Limit_HasItsUnit(EndReason limit, long used, long max, string words) =>
        Assert.Equal(words, new LandedAttempt(limit, used, max).Words);

    [Fact]
    public void Mark_Format_DecidesWhetherThereIsRoomForIt()
    {
        var landed = new LandedAttempt(EndReason.Tokens, 4987, 5000);
        Assert.True(TaskId.TryParse("1795426027-712ab7f2d391", out var id));
        const string Way = "token budget spent (4,987 of 5,000). awoc recover 712ab7f2d391 shows the ways on.\n\n# R";
        Assert.Equal($"> **Partial result**: {Way}", LandedReport.Mark("# R", OutputFormat.Markdown, landed, id));
        Assert.Equal($"Partial result: {Way}", LandedReport.Mark("# R", OutputFormat.Text, landed, id));
        Assert.Equal("{}", LandedReport.Mark("{}", OutputFormat.Json, landed, id));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("  \n", false)]
    [InlineData("(refused)", false)]
    [InlineData("# Report", true)]
    public void Of_ReportTurnsText_IsTheResultUnlessItSaysNothing(string text, bool result)
    {
        var story = new AttemptStory();
        story.Add(new AgentEvent.Text("I begin."));
        story.Add(new AgentEvent.Text(text), inReport: true);
        Assert.Equal(result ? text : null, LandedReport.Of(story, OutputFormat.Markdown)?.Text);
    }
}
