using Awoc.Core.Integration;
using Awoc.Core.Prompts;

namespace Awoc.Core.Tests.Integration;

public sealed class IntegrationChoiceTests
{
    private const long Long = IntegrationChoice.LongResult + 1;

    public static TheoryData<IntegrationSituation, IntegrationMode, string> Situations => new()
    {
        { Markdown(asked: IntegrationMode.Reference), IntegrationMode.Reference, "asked for" },
        { Markdown(ofType: IntegrationMode.Merge), IntegrationMode.Merge, "default of research" },
        { Markdown(ofType: IntegrationMode.Merge) with { ResultBytes = Long }, IntegrationMode.Merge, "default of research" },
        { Markdown(ofType: IntegrationMode.Append) with { ResultBytes = Long }, IntegrationMode.Reference, "too long" },
        { Markdown(), IntegrationMode.Append, "section of its own" },
        { Markdown() with { ResultBytes = Long }, IntegrationMode.Reference, "too long" },
        { Markdown(ofType: IntegrationMode.Merge) with { TargetBytes = null }, IntegrationMode.Append, "does not exist" },
        { Markdown(ofType: IntegrationMode.Merge) with { ResultFormat = OutputFormat.Json }, IntegrationMode.Append, "no Markdown" },
        { Markdown() with { TargetFormat = OutputFormat.Json, ResultFormat = OutputFormat.Json }, IntegrationMode.Merge, "JSON" },
        { Markdown() with { TargetFormat = OutputFormat.Json, ResultFormat = OutputFormat.Json, IsElement = true }, IntegrationMode.Append, "element" },
        { Markdown() with { TargetFormat = OutputFormat.Json, ResultFormat = OutputFormat.Json, TargetBytes = null }, IntegrationMode.Merge, "does not exist" },
        { Markdown() with { TargetFormat = OutputFormat.Json }, IntegrationMode.Summarize, "a value" },
        { Markdown() with { TargetFormat = OutputFormat.Other, HasBase = true }, IntegrationMode.Merge, "three-way" },
        { Markdown() with { TargetFormat = OutputFormat.Text }, IntegrationMode.Append, "not known" },
        { Markdown(ofType: IntegrationMode.Merge) with { TargetFormat = null, TargetBytes = null }, IntegrationMode.Append, "short enough" },
        { Markdown(ofType: IntegrationMode.Merge) with { TargetFormat = null, TargetBytes = null, ResultBytes = Long }, IntegrationMode.Summarize, "too long" },
    };

    [Theory]
    [MemberData(nameof(Situations))]
    public void Of_Situation_IsItsModeAndSaysWhy(IntegrationSituation situation, IntegrationMode mode, string why)
    {
        var choice = IntegrationChoice.Of(situation);

        Assert.Equal(mode, choice.Mode);
        Assert.Contains(why, choice.Why, StringComparison.Ordinal);
    }

    private static IntegrationSituation Markdown(IntegrationMode asked = IntegrationMode.Auto, IntegrationMode ofType = IntegrationMode.Auto) =>
        new(asked, ofType, "research") { ResultFormat = OutputFormat.Markdown, ResultBytes = 900, TargetFormat = OutputFormat.Markdown, TargetBytes = 5000 };
}
