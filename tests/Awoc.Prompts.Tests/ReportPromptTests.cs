using Awoc.Core.Budgets;
using Awoc.Core.Tasks;
using Awoc.Prompts;

namespace Awoc.Prompts.Tests;

public sealed class ReportPromptTests
{
    private static TaskSpec Spec(string? output) =>
        new() { Type = "research", Agent = "claude", Cwd = "/w", Budget = Budget.Default, Output = output };

    [Fact]
    public void Build_TokensSpent_NamesWhatIsLeftAndHowManyWordsThatIs()
    {
        var text = ReportPrompt.Build(Spec("/w/r.md"), EndReason.Tokens, 1200, null);
        Assert.StartsWith(ReportPrompt.Opening, text, StringComparison.Ordinal);
        Assert.Contains("1200 tokens are left", text, StringComparison.Ordinal);
        Assert.Contains("about 720 words", text, StringComparison.Ordinal);
        Assert.DoesNotContain("seconds for it", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_TimeSpent_NamesTheSeconds()
    {
        var text = ReportPrompt.Build(Spec(null), EndReason.Deadline, 4000, TimeSpan.FromSeconds(59.4));
        Assert.Contains("There are 59 seconds for it", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_ByFormat_AsksForTheTypesSectionsInIt()
    {
        var markdown = ReportPrompt.Build(Spec("/w/r.md"), EndReason.Tokens, 1200, null);
        var json = ReportPrompt.Build(Spec("/w/r.json"), EndReason.Tokens, 1200, null);
        Assert.Contains("A Markdown document with these sections", markdown, StringComparison.Ordinal);
        Assert.Contains("- Executive Summary\n", markdown, StringComparison.Ordinal);
        Assert.Contains("One JSON object", json, StringComparison.Ordinal);
        Assert.Contains("The keys, in this order: ", json, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Build_HardlyAnythingLeft_StillAsksForAWord(long left) =>
        Assert.Contains("about 1 words", ReportPrompt.Build(Spec(null), EndReason.Tokens, left, null), StringComparison.Ordinal);
}
