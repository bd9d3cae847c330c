using System.Diagnostics;
using System.Net.Sockets;
using Awoc.TestKit;

namespace Awoc.EndToEnd.BadInput;

/// <summary>Homes that are missing, strange, left over or shared.</summary>
public sealed class BadInputHomeTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    [Fact]
    public async Task Run_NoHomeAtAll_Exits69AndNamesTheVariable()
    {
        await using var awoc = new AwocSandbox();
        Refusal.Is(await awoc.WithEnvironmentAsync([("HOME", null), ("AWOC_HOME", null)], "run", "--agent", "command", "true"), 69, "HOME", "AWOC_HOME");
    }

    [Fact]
    public async Task Run_NoHomeButAwocHome_Works()
    {
        await using var awoc = new AwocSandbox();
        var ran = await awoc.WithEnvironmentAsync([("HOME", null)], "run", "--agent", "command", "echo fine", "--wait");
        Assert.True(ran.Code == 0, ran.Error);
    }

    [Fact]
    public async Task Run_HomeIsAFile_Exits69()
    {
        await using var awoc = new AwocSandbox();
        await File.WriteAllTextAsync(awoc.Home, "");
        Refusal.Is(await awoc.AwocAsync("run", "--agent", "command", "true"), 69, awoc.Home, "file");
    }

    [Theory]
    [InlineData("run")]
    [InlineData("background")]
    public async Task Run_AFileWhereAFolderShouldBe_Exits69(string folder)
    {
        await using var awoc = new AwocSandbox();
        Directory.CreateDirectory(awoc.Home, OwnerOnly);
        await File.WriteAllTextAsync(Path.Combine(awoc.Home, folder), "");
        Refusal.Is(await awoc.AwocAsync("run", "--agent", "command", "true"), 69, awoc.Home);
    }

    [Fact]
    public async Task Run_ReadOnlyHome_Exits69()
    {
        await using var awoc = new AwocSandbox();
        using var mount = Mount.ReadOnly(awoc.Home);
        Refusal.Is(await awoc.AwocAsync("run", "--agent", "command", "true"), 69, awoc.Home, "AWOC_HOME");
        var doctor = await awoc.AwocAsync("doctor");
        Assert.Equal(69, doctor.Code);
        Assert.Contains(awoc.Home, doctor.Out + doctor.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_StoreThatIsNoStore_Exits69AndNamesIt()
    {
        await using var awoc = new AwocSandbox();
        Directory.CreateDirectory(Path.Combine(awoc.Home, "background"), OwnerOnly);
        File.SetUnixFileMode(awoc.Home, OwnerOnly);
        await File.WriteAllTextAsync(Path.Combine(awoc.Home, "background", "awoc.db"), new string('x', 5000));
        Refusal.Is(await awoc.AwocAsync("run", "--agent", "command", "true"), 69, "awoc.db", "not an AWOC store");
        Assert.Equal(new string('x', 5000), await File.ReadAllTextAsync(Path.Combine(awoc.Home, "background", "awoc.db")));
    }

    [Fact]
    public async Task Run_StaleSocketAndLocks_StartsAllTheSame()
    {
        await using var awoc = new AwocSandbox();
        var run = Path.Combine(awoc.Home, "run");
        Directory.CreateDirectory(run, OwnerOnly);
        File.SetUnixFileMode(awoc.Home, OwnerOnly);
        foreach (var name in (string[])["awoc.sock", "gateway.sock", "rehearsal.sock"])
        {
            using var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            left.Bind(new UnixDomainSocketEndPoint(Path.Combine(run, name)));
            left.Listen();
        }

        await File.WriteAllTextAsync(Path.Combine(run, "awocd.lock"), "99999");
        await File.WriteAllTextAsync(Path.Combine(run, "start.lock"), "99999");
        await File.WriteAllTextAsync(Path.Combine(run, "stopped"), "");
        var ran = await awoc.AwocAsync("run", "--agent", "command", "echo fine", "--wait");
        Assert.True(ran.Code == 0, ran.Error);
    }

    [Fact]
    public async Task Run_AFileAtTheSocketsPlace_StartsAllTheSame()
    {
        await using var awoc = new AwocSandbox();
        Directory.CreateDirectory(Path.Combine(awoc.Home, "run"), OwnerOnly);
        File.SetUnixFileMode(awoc.Home, OwnerOnly);
        await File.WriteAllTextAsync(Path.Combine(awoc.Home, "run", "awoc.sock"), "not a socket");
        var ran = await awoc.AwocAsync("run", "--agent", "command", "true", "--wait");
        Assert.True(ran.Code == 0, ran.Error);
    }

    [Fact]
    public async Task Daemon_SecondOnOneHome_Exits3AndHarmsNothing()
    {
        await using var awoc = new AwocSandbox();
        await awoc.AwocAsync("daemon", "start");
        var first = await awoc.DaemonPidAsync();
        var second = await awoc.RunAsync(Path.Combine(Binaries.Folder, "awocd"), ["--home", awoc.Home]);
        Assert.Equal(3, second.Code);
        Assert.Contains(awoc.Home, second.Error, StringComparison.Ordinal);
        Assert.Equal(first, await awoc.DaemonPidAsync());
        Assert.Equal(0, (await awoc.AwocAsync("run", "--agent", "command", "true", "--wait")).Code);
    }

    [Fact]
    public async Task Run_EightAtOnceOnAFreshHome_StartOneDaemon()
    {
        await using var awoc = new AwocSandbox();
        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => awoc.AwocAsync("run", "--agent", "command", $"echo {i}", "--wait")));
        Assert.All(all, ran => Assert.True(ran.Code == 0, ran.Error));
        Assert.Equal(8, await awoc.CountTasksAsync());
        Assert.Single(Processes.WithCommandLine($"--home {awoc.Home}"));
    }

    [Theory]
    [InlineData("--home")]
    [InlineData("--bogus")]
    public async Task Awocd_WrongArguments_ExitsTwo(string argument)
    {
        await using var awoc = new AwocSandbox();
        Refusal.Is(await awoc.RunAsync(Path.Combine(Binaries.Folder, "awocd"), [argument]), 2, argument);
    }

    [Fact]
    public async Task Run_DeepHome_ClaudeAndCommandsWorkThroughTheRelayAndAreAdopted()
    {
        var root = Directory.CreateTempSubdirectory("awoc-deep-").FullName;
        var home = Path.Combine([root, .. Enumerable.Repeat("a-directory-with-a-long-name", 6), "home"]);
        Directory.CreateDirectory(Path.GetDirectoryName(home)!);
        Assert.InRange(home.Length, 160, 4000);
        try
        {
            await using var awoc = new AwocSandbox(home).WithClaude().Rehearsed();
            var research = await awoc.LaunchAsync("research:deep", "deep.md");
            var command = await awoc.LaunchAsync("--agent", "command", "sleep 1; echo fine", "fine.txt");
            Processes.Kill(await awoc.DaemonPidAsync());
            var status = await awoc.EndOfAsync(research);
            Assert.True((string?)status["outcome"] == "succeeded", awoc.Diagnose(research));
            Assert.Equal("succeeded", (string?)(await awoc.EndOfAsync(command))["outcome"]);
            Assert.Equal("fine\n", await File.ReadAllTextAsync(Path.Combine(awoc.Work, "fine.txt")));
            Assert.Equal(0, (await awoc.AwocAsync("daemon", "stop", "--cancel")).Code);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Fact]
    public async Task Run_HomeOthersCanWriteTo_IsRefused()
    {
        await using var awoc = new AwocSandbox();
        Directory.CreateDirectory(awoc.Home);
        File.SetUnixFileMode(awoc.Home, (UnixFileMode)0b111_111_111);
        Refusal.Is(await awoc.AwocAsync("run", "--agent", "command", "true"), 69, "chmod 700");
    }
}
