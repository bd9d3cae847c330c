using System.Diagnostics;
using Awoc.Engine.Integration;

namespace Awoc.Engine.Tests.Integration;

public sealed class AddedLinksTests
{
    [Theory]
    [InlineData("a [b](c.md) and [d]( e.md ) [f](<g h.md>)", "c.md", "e.md", "<g h.md>")]
    [InlineData("[a](b.md \"T (x) y\") [c](d.md)", "b.md", "d.md")]
    [InlineData("[a](b.md 'T') [c](d.md (T))", "b.md", "d.md")]
    [InlineData("![a](b.png)![c](d.png)", "b.png", "d.png")]
    [InlineData("  [a b]: c.md \"T\" [d](e.md)", "c.md", "e.md")]
    [InlineData("[a]: <b c.md>", "<b c.md>")]
    [InlineData("[a]: <b", "<b")]
    [InlineData("[](a.md)", "a.md")]
    [InlineData("[a](b c.md) [a](<b [a](c.md)", "c.md")]
    [InlineData("    [a]: b.md")]
    [InlineData("[]: b.md")]
    [InlineData("[a](b.md \"T\" [c]( [d](e(f.md")]
    [InlineData("[a]() [b](")]
    [InlineData("")]
    public void Scan_Line_FindsItsLinks(string line, params string[] links) => Assert.Equal(links, LinkScan.Of(line));

    [Fact]
    public void Dangling_OutOfFences_EachOnce() => Assert.Equal(
        ["gone.md#x"],
        AddedLinks.Dangling(["[a](gone.md#x) [b](gone.md#x) [c](https://x.org) [d](#here) [e](//x.org/y)", "```", "[f](other.md)", "```"], Path.GetTempPath()));

    [Theory]
    [InlineData("](a \"")]
    [InlineData("](a (")]
    [InlineData("](")]
    [InlineData("](<")]
    [InlineData("](a ")]
    [InlineData("[a")]
    [InlineData("](a   \t")]
    [InlineData("](<a> ")]
    public void Dangling_LineMadeToBeSlow_InTime(string unit)
    {
        var line = "](" + string.Concat(Enumerable.Repeat(unit, 1_000_000 / unit.Length));
        var started = Stopwatch.GetTimestamp();
        Assert.Empty(AddedLinks.Dangling([line], Path.GetTempPath()));

        // Some milliseconds; the square of the size would take minutes.
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }
}
