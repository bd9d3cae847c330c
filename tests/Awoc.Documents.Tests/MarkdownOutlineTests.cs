using System.Diagnostics;
using Awoc.Documents.Markdown;

namespace Awoc.Documents.Tests;

public sealed class MarkdownOutlineTests
{
    [Fact]
    public void TryParse_HeadingsOfBothKinds_FormATree()
    {
        var outline = Parse("---\na: 1\n---\nintro\n\n# One\n\n### Deep ##\n\nTwo {#two}\n---\n\n```\n# no\n```\n\n> # no\n\n- # no\n");
        Assert.Equal(["1 One 6", "3 Deep 8", "2 Two 10"], outline.Sections.Select(s => $"{s.Level} {s.Name} {s.Line}"));
        Assert.Equal("One", outline.Sections[2].Parent!.Name);
        Assert.Equal("intro\n\n", outline.Content(outline.Root).ToString());
        Assert.Equal("Two {#two}\n---\n\n```\n# no\n```\n\n> # no\n\n- # no\n", outline.Whole(outline.Sections[2]).ToString());
        Assert.NotNull(outline.FrontMatter);
    }

    [Fact]
    public void TryParse_BlocksOfAllKinds_AreKnown() => Assert.Equal(
        "Paragraph Table Fence IndentedCode Html Quote Break Definition Footnote List",
        string.Join(' ', Parse("text\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\nx\n```\n\n    code\n\n<div>\n</div>\n\n> q\n\n***\n\n[l]: /u\n[^f]: note\n\n    more of it\n\n1. a\n   - b\n").Root.Blocks.Select(b => b.Kind)));

    [Theory]
    [InlineData("a\n\n```\ncode\n", 3)]
    [InlineData("a\n\n<!-- comment\n\ntext\n", 3)]
    [InlineData("- a\n\n  ~~~\n  code\n", 3)]
    [InlineData("<pre>\n\n# x\n", 1)]
    public void Unclosed_NamesTheLine(string text, int line) => Assert.Equal(line, Parse(text).Unclosed?.Line);

    [Theory]
    [InlineData("```\na\n```\n")]
    [InlineData("<!-- a -->\n\n<pre>\n\n</pre>\n")]
    [InlineData("````\n```\n````\n")]
    public void Unclosed_SoundDocument_IsNull(string text) => Assert.Null(Parse(text).Unclosed);

    [Fact]
    public void TryParse_LazyUnderline_IsNoHeading() => Assert.Empty(Parse("1. Setup\n=====\n\n> quote\n===\n").Sections);

    public static TheoryData<string> Pathological =>
    [
        ">", "- ", "1) ", "* a\n", "[", "`", "<", "<a ", "|", "a\n=\n", "a\n-\n", "[a]:\n", "<!-- a -->\n", "> a\n", "    a\n\n", "\t", " ", "> - 1. ", "<div>\n\n",
        "|a|\n|-|\n", "<!-- awoc:", "- [ ] a\n  - b\n", "#", "---\n", "![](", "\\", "&", "**a", "a\n\n", "```\n```\n", "[^1]: a\n\n    b\n",
    ];

    [Theory]
    [MemberData(nameof(Pathological))]
    public void Plan_PathologicalInput_IsDoneOrRefusedInTime(string unit)
    {
        var text = string.Concat(Enumerable.Repeat(unit, 400_000 / unit.Length));
        var started = Stopwatch.GetTimestamp();
        foreach (var mode in new[] { Core.Integration.IntegrationMode.Merge, Core.Integration.IntegrationMode.Summarize, Core.Integration.IntegrationMode.Reference })
            Integration.ResultIntegration.Plan(Requests.Of(mode, text, text));

        // Some hundred milliseconds on a quiet machine; what grows with the square of the size takes minutes.
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 20);
    }

    [Fact]
    public void TryParse_TooDeep_IsAFault()
    {
        Assert.False(MarkdownOutline.TryParse(TextDocument.Of("deep.md", new string('>', 5000) + " a"), out _, out var fault));
        Assert.Contains("deeper than", fault.What, StringComparison.Ordinal);
    }

    private static MarkdownOutline Parse(string text)
    {
        Assert.True(MarkdownOutline.TryParse(TextDocument.Of("t.md", text), out var outline, out _));
        return outline;
    }
}
