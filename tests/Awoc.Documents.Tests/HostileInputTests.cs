using System.Diagnostics;
using System.Globalization;
using System.Text;
using Awoc.Core.Integration;
using Awoc.Documents.Markdown;

namespace Awoc.Documents.Tests;

/// <summary>
/// Large inputs that someone made to be slow. Each takes at most a second or two on a quiet machine; what grows with the square of the size
/// takes minutes.
/// </summary>
public sealed class HostileInputTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("- a\n", "===\n")]
    [InlineData("- a\n", "---- =\n")]
    [InlineData("> a\n", "===\n")]
    [InlineData("- > a\n", "===\n")]
    public void Merge_LazyUnderlines_InTime(string start, string unit) =>
        InTime(() => Requests.Plan(Requests.Of(IntegrationMode.Merge, start + Times(100_000, unit), "# R\n\nb\n")));

    [Fact]
    public void Merge_JsonWithManyConflicts_InTime()
    {
        const int members = 300_000;
        var planned = InTime(() => Requests.Plan(Requests.Of(IntegrationMode.Merge, Members(members, 1), Members(members, 2), "t.json")));
        Assert.Equal(members, planned.Quality.Conflicts);
        Assert.Equal(members + 1, planned.Conflicts[^1].Line);
    }

    [Fact]
    public void Merge_ManyAlikeItems_InTime()
    {
        // Of two kinds, so that the lists are not simply the same.
        var target = Times(30_000, "- a\n") + "- b\n";
        InTime(() => Requests.Plan(Requests.Of(IntegrationMode.Merge, target, Times(30_000, "- a\n") + "- c\n")));
    }

    [Fact]
    public void Merge_ManyAlikeItemsWithParts_InTime()
    {
        var item = "- a\n" + string.Concat(Enumerable.Range(0, 50).Select(i => $"  - s{i}\n"));
        InTime(() => Requests.Plan(Requests.Of(IntegrationMode.Merge, Times(2000, item) + "- b\n", Times(2000, item) + "- c\n")));
    }

    [Fact]
    public void Merge_ManyItemsIntoOneLargeItem_InTime()
    {
        var target = "- a\n" + Numbered(30_000, "  - t{0}\n") + "- b\n";
        InTime(() => Merged(target, Numbered(30_000, "- a\n  - r{0}\n") + "- c\n"));
    }

    [Theory]
    [InlineData("- a\n", "  - s{0}\n")]
    [InlineData("- a\n\n", "  b{0}\n\n")]
    [InlineData("- a\n\n", "  ```\n  {0}\n  ```\n")]
    public void Merge_OneItemWithManyParts_InTime(string start, string part)
    {
        var result = start + Numbered(50_000, part);
        InTime(() => Merged("# T\n\n- x\n", "# T\n\n" + result));
        InTime(() => Merged("# T\n\n- x\n- A.\n", "# T\n\n" + result));
    }

    [Theory]
    [InlineData("notes.txt")]
    [InlineData("doc.md")]
    public void Append_EqualLines_InTime(string name)
    {
        var line = new string('a', 20) + "\n";
        var end = name == "notes.txt" ? "b\n" : "";
        InTime(() => Requests.Plan(Requests.Of(IntegrationMode.Append, Times(200_000, line), Times(100_000, line) + end, name)));
    }

    [Theory]
    [InlineData("aab", "aaab", false)]
    [InlineData("aabaabaaab", "aabaaab", true)]
    [InlineData("ababac", "abac", true)]
    [InlineData("abab", "ababa", false)]
    [InlineData("xabcab", "bcab", true)]
    public void Append_LinesThatRepeat_AreFoundWhereTheyAre(string target, string lines, bool there) => Assert.Equal(
        !there, Requests.Plan(Requests.Of(IntegrationMode.Append, Lines(target), Lines(lines), "notes.txt")).Changed);

    [Fact]
    public void ToFit_ManyParagraphs_InTime()
    {
        var text = Times(300_000, "ab\n\n");
        var cut = InTime(() => DocumentCut.ToFit(TextDocument.Of("r.txt", text), text.Length / 5, null, "Ask."));
        Assert.InRange(cut.Text.Length, text.Length / 5 * 4 - 8, text.Length / 5 * 4);
    }

    private static Integration.IntegrationAnswer Merged(string target, string result) =>
        Integration.ResultIntegration.Plan(Requests.Of(IntegrationMode.Merge, target, result));

    private static T InTime<T>(Func<T> work)
    {
        var started = Stopwatch.GetTimestamp();
        var done = work();
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, s_limit);
        return done;
    }

    private static string Times(int count, string unit) => new StringBuilder(count * unit.Length).Insert(0, unit, count).ToString();

    private static string Numbered(int count, string format) =>
        string.Concat(Enumerable.Range(0, count).Select(i => format.Replace("{0}", i.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)));

    private static string Members(int count, int value) => $"{{\n{string.Join(",\n", Enumerable.Range(0, count).Select(i => $"  \"m{i}\": {value}"))}\n}}";

    private static string Lines(string characters) => string.Concat(characters.Select(c => $"{c}\n"));
}
