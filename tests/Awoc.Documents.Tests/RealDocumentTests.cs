using System.Runtime.CompilerServices;
using System.Text;
using Awoc.Core.Integration;
using Awoc.Documents.Integration;
using Awoc.Documents.Markdown;

namespace Awoc.Documents.Tests;

/// <summary>
/// This repository's own files, and long ones as public projects have them: a reference full of tables, a changelog, a guide of lists in
/// lists, a README of HTML, a page with front matter and footnotes.
/// </summary>
public sealed class RealDocumentTests
{
    public static TheoryData<string> Files =>
    [
        "README.md", "CHANGELOG.md", "docs/cli.md", "docs/endings.md", .. Directory.GetFiles(Path.Combine(Here(), "Documents"), "*.md").Select(p => Path.GetRelativePath(Root(), p)).Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Files))]
    public void Merge_NewSection_LeavesAllElseByteForByte(string file)
    {
        var before = File.ReadAllBytes(Path.Combine(Root(), file));
        var planned = Plan(before, "## Wholly new section\n\nWords of it.\n\n- an item\n");
        var (old, text) = (Read(before), Read(planned.Content));
        var at = text.Text.IndexOf("## Wholly new section", StringComparison.Ordinal);
        Assert.True(at > 0);

        // Without what was added, the rest is the very text from before.
        var added = text.Text.Length - old.Text.Length;
        var start = Enumerable.Range(Math.Max(0, at - 6), 7).First(s => string.Concat(text.Text.AsSpan(0, s), text.Text.AsSpan(s + added)) == old.Text);
        Assert.InRange(start, at - 6, at);
        Assert.Equal((old.Encoding, old.HasByteOrderMark, old.LineEnding, old.EndsWithLineEnding), (text.Encoding, text.HasByteOrderMark, text.LineEnding, text.EndsWithLineEnding));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Merge_IntoEachSection_KeepsEveryLineAndHeading(string file)
    {
        var before = File.ReadAllBytes(Path.Combine(Root(), file));
        var outline = Outline(Read(before));
        var top = outline.Root.Children is [var title] ? title.Children : outline.Root.Children;
        var result = new StringBuilder();
        foreach (var section in top) result.Append($"## {section.Name}\n\nAn added remark on {section.Line}.\n\n- added item {section.Line}\n\n");
        var planned = Plan(before, result.ToString());
        var after = Read(planned.Content);
        Assert.Null(Laws.FirstMissing(Read(before), after));
        Assert.Equal(outline.Sections.Select(s => (s.Level, s.Name)), Outline(after).Sections.Select(s => (s.Level, s.Name)));
        foreach (var section in top) Assert.Contains($"An added remark on {section.Line}.", after.Text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Merge_WithItself_ChangesNothing(string file)
    {
        var bytes = File.ReadAllBytes(Path.Combine(Root(), file));
        var planned = Requests.Plan(Requests.Of(IntegrationMode.Merge, "", "") with { Target = bytes, Result = bytes });
        Assert.False(planned.Changed);
        Assert.Same(bytes, planned.Content);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void AppendSummarizeReference_OnlyAddAtTheirPlace(string file)
    {
        var before = File.ReadAllBytes(Path.Combine(Root(), file));
        foreach (var mode in new[] { IntegrationMode.Append, IntegrationMode.Summarize, IntegrationMode.Reference })
        {
            var planned = Requests.Plan(Requests.Of(mode, "", "# R\n\n## Summary\n\nGood.\n", marks: true) with { Target = before });
            Assert.Null(Laws.FirstMissing(Read(before), Read(planned.Content)));
        }
    }

    [Fact]
    public void Documents_AreLong() =>
        Assert.All(Directory.GetFiles(Path.Combine(Here(), "Documents")), p => Assert.True(File.ReadAllLines(p).Length >= 300, p));

    private static IntegrationAnswer.Planned Plan(byte[] target, string result)
    {
        var request = Requests.Of(IntegrationMode.Merge, "", result) with { Target = target };
        var planned = Requests.Plan(request);
        Assert.True(planned.Changed);
        Assert.False(Requests.Plan(request with { Target = planned.Content }).Changed);
        return planned;
    }

    private static TextDocument Read(byte[] bytes) => TextDocument.TryRead(bytes, "f.md", out var document, out var fault) ? document : throw new InvalidDataException(fault.ToString());

    private static MarkdownOutline Outline(TextDocument document) => MarkdownOutline.TryParse(document, out var outline, out var fault) ? outline : throw new InvalidDataException(fault.ToString());

    private static string Root() => Path.GetFullPath(Path.Combine(Here(), "..", ".."));

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
