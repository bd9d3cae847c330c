using System.Text;
using CsCheck;

namespace Awoc.Documents.Tests;

public sealed class UnifiedDiffTests
{
    [Fact]
    public void Of_Insertion_HasContextAndNumbers() => Assert.Equal(
        "--- f\n+++ f\n@@ -2,6 +2,7 @@\n 2\n 3\n 4\n+new\n 5\n 6\n 7\n", UnifiedDiff.Of("1\n2\n3\n4\n5\n6\n7\n8\n", "1\n2\n3\n4\nnew\n5\n6\n7\n8\n", "f"));

    [Fact]
    public void Of_NoFinalLineEnding_SaysSo() => Assert.Equal(
        "--- f\n+++ f\n@@ -1 +1,2 @@\n-a\n\\ No newline at end of file\n+a\n+b\n\\ No newline at end of file\n", UnifiedDiff.Of("a", "a\nb", "f"));

    [Fact]
    public void Of_NewFile_ComesFromNothing() => Assert.Equal("--- /dev/null\n+++ f\n@@ -0,0 +1 @@\n+a\n", UnifiedDiff.Of(null, "a\n", "f"));

    [Fact]
    public void Of_Equal_IsEmpty() => Assert.Equal("", UnifiedDiff.Of("a\n", "a\n", "f"));

    [Fact]
    public void Of_AnyPair_PatchesTheOneIntoTheOther() => Gen.Select(Texts, Texts).Sample((before, after) => Patch(before, UnifiedDiff.Of(before, after, "f")) == after);

    [Fact]
    public void Of_LargeInsertions_AreFoundAsSuch()
    {
        var before = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"line {i % 700}\n\n"));
        var after = before.Replace("line 350\n", "line 350\nadded\n\n", StringComparison.Ordinal);
        var diff = UnifiedDiff.Of(before, after, "f");
        Assert.DoesNotContain("\n-", diff[10..], StringComparison.Ordinal);
        Assert.Equal(after, Patch(before, diff));
    }

    private static readonly string[] s_lines = ["a", "b", "", "c d", "x\r"];

    private static Gen<string> Texts => Gen.Select(Gen.Int[0, 4].Select(i => s_lines[i]).List[0, 60], Gen.Bool, (lines, end) => string.Join('\n', lines) + (end ? "\n" : ""));

    /// <summary>Applies a diff as <c>patch</c> does, without its leniency.</summary>
    private static string Patch(string before, string diff)
    {
        if (diff.Length == 0) return before;
        var source = Lines(before);
        var text = new StringBuilder();
        var at = 0;
        var lines = Lines(diff).Skip(2).ToList();
        for (var index = 0; index < lines.Count; index++)
        {
            var line = lines[index];
            if (line.StartsWith("@@", StringComparison.Ordinal))
            {
                var range = line.Split(' ')[1][1..].Split(',').Select(int.Parse).ToArray();
                var start = range is [var empty, 0] ? empty : range[0] - 1;
                for (; at < start; at++) text.Append(source[at]);
                continue;
            }

            if (line[0] == '\\') continue;
            var content = index + 1 < lines.Count && lines[index + 1][0] == '\\' ? line[1..^1] : line[1..];
            if (line[0] is ' ' or '-') Assert.Equal(source[at++], content);
            if (line[0] is ' ' or '+') text.Append(content);
        }

        for (; at < source.Count; at++) text.Append(source[at]);
        return text.ToString();
    }

    private static List<string> Lines(string text)
    {
        List<string> lines = [];
        for (var at = 0; at < text.Length;)
        {
            var end = text.IndexOf('\n', at);
            end = end < 0 ? text.Length : end + 1;
            lines.Add(text[at..end]);
            at = end;
        }

        return lines;
    }
}
