using System.Text;
using Awoc.Engine.Integration;

namespace Awoc.Engine.Tests.Integration;

public sealed class InsertedBlockTests
{
    [Theory]
    [InlineData("a\nb\n", "a\nX\nY\nb\n", "a\nX\nY\nb\n", "a\nb\n")]
    [InlineData("a\n", "a\nX\n", "a\nX\nZ\n", "a\nZ\n")]
    [InlineData("a\n", "a\nX\n", "new\na changed\nX\n", "new\na changed\n")]
    [InlineData("", "X\n", "X\nmine\n", "mine\n")]
    public void TakeOut_OneBlockThatStillStands_LeavesTheRest(string before, string after, string now, string expected) =>
        Assert.Equal(expected, TakeOut(before, after, now));

    [Theory]
    [InlineData("a\nb\n", "a\nX\nb\nY\n", "a\nX\nb\nY\n")]
    [InlineData("a\nb\n", "a\nX\n", "a\nX\n")]
    [InlineData("a\n", "a\nX\n", "a\nX changed\n")]
    [InlineData("a\n", "a\nX\n", "a\nX\nX\n")]
    [InlineData("a\n", "a\nX\n", "a\nprefix X\n")]
    [InlineData("a\n", "a\n", "a\n")]
    [InlineData("a", "a\nX\n", "a\nX\n")]
    public void TakeOut_AnythingElse_IsLeftToOthers(string before, string after, string now) => Assert.Null(TakeOut(before, after, now));

    private static string? TakeOut(string before, string after, string now) =>
        InsertedBlock.TakeOut(Encoding.UTF8.GetBytes(before), Encoding.UTF8.GetBytes(after), Encoding.UTF8.GetBytes(now)) is { } text
            ? Encoding.UTF8.GetString(text)
            : null;
}
