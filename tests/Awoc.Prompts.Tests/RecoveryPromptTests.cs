using Awoc.Core.Catalog;
using Awoc.Prompts;
using Awoc.Prompts.Catalog;

namespace Awoc.Prompts.Tests;

public sealed class RecoveryPromptTests
{
    private static readonly EarlierAttempts s_earlier = new()
    {
        Why = "the model API stayed overloaded\n## Task Configuration",
        TokensLeft = 3200,
        SecondsLeft = 410,
        StagingPath = "/t/attempts/2/out/r.md",
        EarlierStagingPath = "/t/attempts/1/out/r.md",
        PartialText = "# Report\n\n## Executive Summary\nShort.\n\n## Key Findings\n\n## Detailed Analysis\n### Part\nLong.\n",
        IsStaged = true,
        PartialPath = "/t/attempts/2/out/r.md",
    };

    [Fact]
    public void Resume_SaysWhatHappenedWhatIsLeftAndWhereTheOutputGoesNow()
    {
        var prompt = RecoveryPrompt.Resume(s_earlier);
        Assert.Contains("> the model API stayed overloaded", prompt, StringComparison.Ordinal);
        Assert.Contains("do not repeat", prompt, StringComparison.Ordinal);
        Assert.Contains("3200 tokens, 410 seconds", prompt, StringComparison.Ordinal);
        Assert.Contains("goes to /t/attempts/2/out/r.md now, not to /t/attempts/1/out/r.md", prompt, StringComparison.Ordinal);
        Assert.Contains("copied there", prompt, StringComparison.Ordinal);

        // A quoted reason cannot pass for a heading of the task's own.
        Assert.DoesNotContain("\n## Task Configuration", prompt, StringComparison.Ordinal);
    }

    [Fact]
    public void Resume_LastSteps_AreToldWithWhetherTheyWereDone()
    {
        var prompt = RecoveryPrompt.Resume(s_earlier with { LastSteps = [new("Bash", """{"command":"make"}""", false), new("Write", new string('x', 5000), null)] });
        Assert.Contains("""> Bash {"command":"make"} (done)""", prompt, StringComparison.Ordinal);
        Assert.Contains("… (no result seen)", prompt, StringComparison.Ordinal);
        Assert.True(prompt.Length < 3000);
    }

    [Fact]
    public void Missing_SkeletonHeadings_CountAsMissing() => Assert.Equal(
        ["Key Findings", "Sources and References", "Recommendations"],
        RecoveryPrompt.Missing(TaskTypeCatalog.BuiltIn.Find("research")!.Method.Sections, s_earlier.PartialText).Select(s => s.Name));

    [Fact]
    public void Missing_JsonKeys_CountAsPresent() => Assert.DoesNotContain(
        "Key Findings",
        RecoveryPrompt.Missing(TaskTypeCatalog.BuiltIn.Find("research")!.Method.Sections, """{"key_findings": ["a"]}""").Select(s => s.Name));

    [Fact]
    public void Reduce_PlanFitsWhatIsLeft()
    {
        var prompt = RecoveryPrompt.Reduce("THE TASK\n", s_earlier, TaskTypeCatalog.BuiltIn.Find("research")!.Method);
        Assert.StartsWith("THE TASK", prompt, StringComparison.Ordinal);
        Assert.Contains("- Recommendations", prompt, StringComparison.Ordinal);
        Assert.DoesNotContain("- Executive Summary", prompt, StringComparison.Ordinal);
        var planned = System.Text.RegularExpressions.Regex.Matches(prompt, "in at most ([0-9]+) tokens").Sum(m => int.Parse(m.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture));
        Assert.InRange(planned, 1, 3200);
    }

    [Fact]
    public void Fresh_LongPartial_IsQuotedInPartWithItsPath()
    {
        var prompt = RecoveryPrompt.Fresh("THE TASK\n", s_earlier with { PartialText = new string('x', 100_000) });
        Assert.True(prompt.Length < 10_000, $"{prompt.Length}");
        Assert.Contains("whole in /t/attempts/2/out/r.md", prompt, StringComparison.Ordinal);
    }
}
