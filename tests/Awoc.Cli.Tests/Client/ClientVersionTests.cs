using Awoc.Client;

namespace Awoc.Cli.Tests.Client;

public class ClientVersionTests
{
    [Theory]
    [InlineData("0.0.9", -1)]
    [InlineData("99.0.0", 1)]
    [InlineData("99.0.0-rc.1+abc", 1)]
    [InlineData("nonsense", 0)]
    [InlineData(null, 0)]
    public void Compare_DaemonVersion_TellsOlderFromNewer(string? daemon, int sign) => Assert.Equal(sign, Math.Sign(ClientVersion.Compare(daemon)));

    [Fact]
    public void Compare_OwnVersionInAnyForm_IsTheSame()
    {
        Assert.Equal(0, ClientVersion.Compare(ClientVersion.Text));
        Assert.Equal(0, ClientVersion.Compare($"{ClientVersion.Text}.0"));
        Assert.Equal(0, ClientVersion.Compare($"{ClientVersion.Text}+build"));
    }
}
