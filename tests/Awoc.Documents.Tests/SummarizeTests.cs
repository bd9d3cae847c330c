using Awoc.Core.Catalog;
using Awoc.Core.Integration;
using Awoc.Documents.Integration;

namespace Awoc.Documents.Tests;

public sealed class SummarizeTests
{
    private const string Result = """
        # Report

        ## Executive Summary

        Use it, e.g. now. It is cheap. `a. B` stays.

        ## Key Findings

        - First finding is here
        - Second finding is here

        ## Details

        Long.

        ## Recommendations

        1. Do this
        2. Do that
        """;

    private static readonly TaskMethod s_method = new("M", [], [
        new OutputSection("Executive Summary") { Role = SectionRole.Summary }, new OutputSection("Key Findings") { Role = SectionRole.Findings },
        new OutputSection("Details"), new OutputSection("Recommendations") { Role = SectionRole.Recommendations }]);

    [Fact]
    public void Summarize_RoomForAll_HasTheKeySections() => Assert.Equal(
        """
        x

        ## Stripe payments: key points (2026-11-23)

        *From task 9f86d081884c: api-research, succeeded.*

        ### Executive Summary

        Use it, e.g. now. It is cheap. `a. B` stays.

        ### Key Findings

        - First finding is here
        - Second finding is here

        ### Recommendations

        - Do this
        - Do that

        [The whole result](.awoc/stripe.md)

        """,
        Requests.After(Of("x\n", Result, 300)));

    [Fact]
    public void Summarize_LittleRoom_LeavesOutWholePoints()
    {
        var text = Requests.After(Of("x\n", Result, 18));
        Assert.Contains("- First finding is here\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Second", text, StringComparison.Ordinal);
        Assert.Contains("- Do this\n", text, StringComparison.Ordinal);
        Assert.EndsWith("[The whole result](.awoc/stripe.md) (1 more point)\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(12)]
    [InlineData(40)]
    public void Summarize_AnyRoom_StaysWithin(int words)
    {
        var text = Requests.After(Of("x\n", Result, words));
        var body = text.Split('\n').SkipWhile(l => !l.StartsWith("*From", StringComparison.Ordinal)).Skip(1)
            .Where(l => !l.StartsWith('#') && !l.StartsWith("[The", StringComparison.Ordinal));
        Assert.InRange(string.Join(' ', body).Replace("- ", "", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries).Length, 1, words);
    }

    [Fact]
    public void Summarize_NoKnownSection_TakesTheFirstParagraphAndList() =>
        Assert.Contains("\n\nHello there.\n\n- one\n\n[The", Requests.After(Of("x\n", "# T\n\nHello there.\n\n```\ncode\n```\n\n- one\n", 300)), StringComparison.Ordinal);

    [Fact]
    public void Summarize_JsonResult_TakesTheSameKeys() => Assert.Contains(
        "### Executive Summary\n\nGood.\n\n### Key Findings\n\n- \\# one: why\n",
        Requests.After(Of("x\n", """{"key_findings": [{"title": "# one", "description": "why"}], "executive_summary": "Good."}""", 300) with { ResultName = "r.json" }), StringComparison.Ordinal);

    [Fact]
    public void Summarize_IntoJsonObject_AddsMembers()
    {
        var planned = Requests.Plan(Of("{\n  \"a\": 1\n}\n", Result, 300) with { TargetName = "t.json" });
        Assert.Equal("{\n  \"a\": 1,\n  \"executive_summary\": \"Use it, e.g. now. It is cheap. `a. B` stays.\",\n  \"key_findings\": [\n    \"First finding is here\",\n    \"Second finding is here\"\n  ],\n  \"recommendations\": [\n    \"Do this\",\n    \"Do that\"\n  ]\n}\n", planned.Text());
    }

    [Fact]
    public void Summarize_IntoJsonArray_AddsAnElement() =>
        Assert.Contains("\"source\": \".awoc/stripe.md\"", Requests.Plan(Of("[]", Result, 300) with { TargetName = "t.json" }).Text(), StringComparison.Ordinal);

    [Fact]
    public void Summarize_IntoText_IsPlain() =>
        Assert.Contains("Key Findings:\n- First finding is here\n", Requests.After(Of("x\n", Result, 300) with { TargetName = "t.txt" }), StringComparison.Ordinal);

    private static IntegrationRequest Of(string target, string result, int words) =>
        Requests.Of(IntegrationMode.Summarize, target, result) with { Method = s_method, MaxWords = words };
}
