using Awoc.Cli.CommandLine;

namespace Awoc.Cli.Tests.CommandLine;

public class DurationTextTests
{
    [Theory]
    [InlineData("600", 600)]
    [InlineData("90s", 90)]
    [InlineData("10m", 600)]
    [InlineData("24h", 86400)]
    [InlineData("30d", 2592000)]
    public void Parse_Duration_IsSeconds(string text, int seconds) => Assert.Equal(seconds, DurationText.Parse("--timeout", text).TotalSeconds);

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("31d")]
    [InlineData("1.5h")]
    [InlineData("m")]
    [InlineData("99999999999999")]
    [InlineData("ten")]
    public void Parse_NoDuration_IsRefused(string text) => Assert.Throws<UsageException>(() => DurationText.Parse("--timeout", text));
}
