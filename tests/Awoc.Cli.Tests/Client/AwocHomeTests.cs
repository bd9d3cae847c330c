using Awoc.Client;

namespace Awoc.Cli.Tests.Client;

public class AwocHomeTests
{
    [Fact]
    public void Prepare_NothingThere_MakesItForItsOwnerOnly()
    {
        using var test = new TestHome();

        test.Home.Prepare();

        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(test.Home.Path));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(test.Home.RunDirectory));
    }

    [Fact]
    public void Prepare_AFileInItsPlace_NamesItAndTheWayOut()
    {
        using var test = new TestHome();
        File.WriteAllText(test.Home.Path, "");

        var e = Assert.Throws<AwocException>(test.Home.Prepare);

        Assert.Contains($"{test.Home.Path} is a file", e.Message);
        Assert.Contains("AWOC_HOME", e.Message);
        Assert.Equal(ExitCodes.Unavailable, e.ExitCode);
    }

    [Fact]
    public void Prepare_OpenToOthers_IsRefused()
    {
        using var test = new TestHome();
        test.Home.Prepare();
        File.SetUnixFileMode(test.Home.Path, (UnixFileMode)0x1FF);

        Assert.Contains("chmod 700", Assert.Throws<AwocException>(test.Home.Prepare).Message);
    }

    [Fact]
    public void Prepare_WhereNothingCanBeMade_SaysSo()
    {
        // Not even root makes a directory in /proc, where a read-only directory would not stop it.
        var e = Assert.Throws<AwocException>(new AwocHome("/proc/awoc").Prepare);

        Assert.Contains("/proc/awoc cannot be written to", e.Message);
    }
}
