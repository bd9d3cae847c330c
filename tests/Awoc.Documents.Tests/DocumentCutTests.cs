using System.Text.Json;
using Awoc.Core.Catalog;
using Awoc.Documents.Markdown;

namespace Awoc.Documents.Tests;

public sealed class DocumentCutTests
{
    private static readonly TaskMethod s_method = new("M", [], [
        new OutputSection("Summary") { Role = SectionRole.Summary }, new OutputSection("Findings") { Role = SectionRole.Findings },
        new OutputSection("Details"), new OutputSection("Sources") { Role = SectionRole.Sources }]);

    private static readonly string s_report =
        $"# Report\n\n## Details\n\n{Words(300)}\n\n### Deeper\n\n{Words(300)}\n\n## Summary\n\nShort.\n\n## Findings\n\n- one {Words(20)}\n- two {Words(20)}\n\n## Sources\n\n- {Words(100)}\n";

    [Fact]
    public void ToFit_EnoughRoom_IsWhole() => Assert.Equal(s_report, Cut(100_000).Text);

    [Fact]
    public void ToFit_LittleRoom_KeepsTheKeySectionsInTheirOrder()
    {
        var cut = Cut(200);
        Assert.StartsWith("# Report\n\n## Summary\n\nShort.\n\n## Findings\n\n- one", cut.Text, StringComparison.Ordinal);
        Assert.EndsWith("Get one: awoc output 1 --section NAME]\n", cut.Text, StringComparison.Ordinal);
        Assert.Equal(["Details", "Sources"], cut.LeftOut.Select(p => p.Name));
    }

    [Fact]
    public void ToFit_AListTooLong_IsCutAtAnItem()
    {
        var cut = DocumentCut.ToFit(TextDocument.Of("r.md", $"# T\n\n## Findings\n\n{string.Concat(Enumerable.Range(0, 100).Select(i => $"- item {i} of many\n"))}"), 150, s_method, "Ask.");
        Assert.Contains("\n- item 5 of many\n", cut.Text, StringComparison.Ordinal);
        Assert.Equal("the rest of Findings", Assert.Single(cut.LeftOut).Name);
    }

    [Theory]
    [InlineData(30)]
    [InlineData(80)]
    [InlineData(200)]
    [InlineData(500)]
    public void ToFit_AnyRoom_StaysWithinAndClosesItsFences(int tokens)
    {
        var text = string.Concat(Enumerable.Range(0, 20).Select(i => $"## Part {i}\n\n{Words(10)}\n\n```\n{Words(10)}\n```\n\n| a |\n|---|\n| 1 |\n| 2 |\n\n"));
        var cut = DocumentCut.ToFit(TextDocument.Of("r.md", text), tokens, null, "Ask.");
        // What is missing is said even where there is no room for it.
        Assert.True(DocumentCut.Tokens(cut.Text) <= tokens || cut.Text.StartsWith("[Left out", StringComparison.Ordinal), cut.Text);
        Assert.True(MarkdownOutline.TryParse(TextDocument.Of("c.md", cut.Text), out var outline, out _));
        Assert.Null(outline.Unclosed);
    }

    [Fact]
    public void ToFit_Json_IsStillJson()
    {
        var cut = DocumentCut.ToFit(TextDocument.Of("r.json", $$"""{"details": "{{Words(200)}}", "summary": "Short.", "sources": [1]}"""), 100, s_method, "Ask \"for\" it.");
        using var json = JsonDocument.Parse(cut.Text);
        Assert.Equal(["summary", "_left_out"], json.RootElement.EnumerateObject().Select(m => m.Name).Where(n => n != "sources"));
        Assert.Contains("details", json.RootElement.GetProperty("_left_out").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ToFit_Text_IsCutAtParagraphs()
    {
        var cut = DocumentCut.ToFit(TextDocument.Of("r.txt", $"one\n\ntwo\n\n{Words(200)}\n"), 50, null, "Ask.");
        Assert.StartsWith("one\n\ntwo\n\n[Left out: 1 of 5 lines", cut.Text.Replace("2 of 5", "1 of 5", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("deeper", "### Deeper")]
    [InlineData("SUMM", "## Summary")]
    [InlineData("details", "## Details")]
    public void TrySection_ByNameOrStart_GivesItWhole(string name, string first)
    {
        Assert.True(DocumentCut.TrySection(TextDocument.Of("r.md", s_report), name, out var text, out _));
        Assert.StartsWith(first + "\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("D", "has 2 sections 'D': Details (line 3), Deeper (line 7); say more of the name")]
    [InlineData("nothing", "has no section 'nothing'; it has Report (line 1), Details (line 3), Deeper (line 7), Summary (line 11), Findings (line 15), Sources (line 20)")]
    public void TrySection_UnclearName_ListsTheNames(string name, string what)
    {
        Assert.False(DocumentCut.TrySection(TextDocument.Of("r.md", s_report), name, out _, out var fault));
        Assert.Equal(what, fault.What);
    }

    [Fact]
    public void TrySection_AWordOfTheName_IsEnoughWhereOnlyOneHasIt()
    {
        var report = TextDocument.Of("r.md", "# R\n\n## Executive Summary\n\na\n\n## Key Findings\n\nb\n");
        Assert.True(DocumentCut.TrySection(report, "find", out var text, out _));
        Assert.Equal("## Key Findings\n\nb\n", text);
    }

    [Fact]
    public void TrySection_OfJson_IsAValue()
    {
        Assert.True(DocumentCut.TrySection(TextDocument.Of("r.json", "{\"executive_summary\": \"x\"}"), "Executive Summary", out var text, out _));
        Assert.Equal("\"x\"\n", text);
    }

    private static DocumentCut Cut(int tokens) => DocumentCut.ToFit(TextDocument.Of("r.md", s_report), tokens, s_method, "Get one: awoc output 1 --section NAME");

    private static string Words(int count) => string.Join(' ', Enumerable.Repeat("word", count));
}
