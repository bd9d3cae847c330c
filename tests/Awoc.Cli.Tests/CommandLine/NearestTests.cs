using Awoc.Cli.CommandLine;

namespace Awoc.Cli.Tests.CommandLine;

public class NearestTests
{
    private static readonly string[] s_known = ["run", "status", "output", "wait", "--tokens", "--timeout"];

    [Theory]
    [InlineData("stauts", "status")]
    [InlineData("stat", "status")]
    [InlineData("outptu", "output")]
    [InlineData("--token", "--tokens")]
    [InlineData("RUN", "run")]
    [InlineData("launch", null)]
    [InlineData("x", null)]
    public void To_Word_IsTheNearOneOrNone(string word, string? near) => Assert.Equal(near, Nearest.To(word, s_known));
}
