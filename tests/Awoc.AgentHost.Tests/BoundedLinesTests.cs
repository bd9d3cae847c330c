using Awoc.AgentHost.Tools;
using CsCheck;

namespace Awoc.AgentHost.Tests;

public sealed class BoundedLinesTests
{
    private const int Max = 5;

    [Theory]
    [InlineData("", "")]
    [InlineData("\n", "|")]
    [InlineData("a\r\nb", "a|b|")]
    [InlineData("12345\n123456\n", "12345|12345…|")]
    [InlineData("1234\r\n12345\r\nx\n", "1234|12345…|x|")]
    public async Task Read_Lines_AreCutAtTheirLength(string text, string lines) => Assert.Equal(lines, await JoinAsync(new StringReader(text)));

    [Fact]
    public async Task Read_LinesAcrossReads_AreWhole()
    {
        await Gen.String[Gen.OneOf(Gen.Char['a', 'c'], Gen.Const('\n')), 0, 20_000].SampleAsync(
            async text =>
            {
                var whole = string.Concat(Lines(text).Select(line => (line.Length > Max ? line[..Max] + "…" : line) + "|"));
                Assert.Equal(whole, await JoinAsync(new StringReader(text)));
            },
            iter: 100);
    }

    private static string[] Lines(string text) => text.Length == 0 ? [] : (text.EndsWith('\n') ? text[..^1] : text).Split('\n');

    private static async Task<string> JoinAsync(TextReader reader)
    {
        var lines = new BoundedLines(reader, Max);
        var joined = "";
        while (await lines.ReadAsync(CancellationToken.None) is { } line) joined += line + "|";
        return joined;
    }
}
