using System.Diagnostics;
using Awoc.Client;
using Awoc.TestKit;

namespace Awoc.Cli.Tests.Client;

/// <summary>Through the program: <c>AWOC_DAEMON</c> is the environment of a whole process.</summary>
public class DaemonLauncherTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Start_NoDaemon_StartsOneAndUsesItOnceItIsReady()
    {
        using var test = new TestHome();
        var started = Path.Combine(test.Directory, "started");
        var go = Path.Combine(test.Directory, "go");
        using (var make = Process.Start("mkfifo", [started, go])) await make.WaitForExitAsync(TestContext.Current.CancellationToken);
        var daemon = test.DaemonScript($"echo \"$@ key=$ANTHROPIC_API_KEY\" > '{started}'; read line < '{go}'; echo ready");

        using var awoc = AwocProcess.Start(test, ["status", "all"], null, ("AWOC_DAEMON", daemon), ("ANTHROPIC_API_KEY", "s3cr3t"));
        var arguments = await File.ReadAllTextAsync(started, TestContext.Current.CancellationToken).WaitAsync(s_limit, TestContext.Current.CancellationToken);
        await using var served = await FakeDaemon.StartAsync(test.Home);
        served.Add("1763876543-aaaaaaaaaaaa");
        await File.WriteAllTextAsync(go, "go\n", TestContext.Current.CancellationToken);
        var (code, output, _) = await awoc.EndAsync();

        Assert.Equal(0, code);
        Assert.Contains("aaaaaaaaaaaa", output);
        // Whose key it is, the launch says: a daemon that serves many callers gets none in its environment.
        Assert.Equal($"--home {test.Home.Path} --detach key=\n", arguments);
    }

    [Fact]
    public async Task Start_DaemonFails_SaysWhatItSaid()
    {
        using var test = new TestHome();
        var daemon = test.DaemonScript("echo 'awocd: the store is damaged' >&2; exit 7");

        var (code, _, error) = await AwocProcess.RunAsync(test, ["status"], null, ("AWOC_DAEMON", daemon));

        Assert.Equal(ExitCodes.Unavailable, code);
        Assert.Contains("exit code 7", error);
        Assert.Contains("the store is damaged", error);
    }

    [Fact]
    public async Task Start_AnotherWonTheRace_UsesThatOne()
    {
        using var test = new TestHome();
        var started = Path.Combine(test.Directory, "started");
        var go = Path.Combine(test.Directory, "go");
        using (var make = Process.Start("mkfifo", [started, go])) await make.WaitForExitAsync(TestContext.Current.CancellationToken);
        var daemon = test.DaemonScript($"echo > '{started}'; read line < '{go}'; exit 3");

        using var awoc = AwocProcess.Start(test, ["daemon", "start", "--json"], null, ("AWOC_DAEMON", daemon));
        await File.ReadAllTextAsync(started, TestContext.Current.CancellationToken).WaitAsync(s_limit, TestContext.Current.CancellationToken);
        await using var other = await FakeDaemon.StartAsync(test.Home);
        await File.WriteAllTextAsync(go, "go\n", TestContext.Current.CancellationToken);

        Assert.Contains($"\"pid\":{Environment.ProcessId}", (await awoc.EndAsync()).Out);
    }

    /// <summary>A daemon that was killed holds its lock until the kernel has taken it down: the one started then gives way to a dead one.</summary>
    [Fact]
    public async Task Start_TheOtherDiesBeforeItServes_StartsAgain()
    {
        using var test = new TestHome();
        var starts = Path.Combine(test.Directory, "starts");
        var daemon = test.DaemonScript($"echo >> '{starts}'; exit 3");

        using var awoc = AwocProcess.Start(test, ["daemon", "start", "--json"], null, ("AWOC_DAEMON", daemon));
        await Eventually.TrueAsync(() => File.Exists(starts) && File.ReadAllLines(starts).Length > 1, s_limit, "a second start");
        await using var other = await FakeDaemon.StartAsync(test.Home);

        Assert.Contains($"\"pid\":{Environment.ProcessId}", (await awoc.EndAsync()).Out);
    }

    [Fact]
    public async Task Start_ProgramMissing_NamesItAndTheWayOut()
    {
        using var test = new TestHome();

        var (code, _, error) = await AwocProcess.RunAsync(test, ["status"], null, ("AWOC_DAEMON", "/nowhere/awocd"));

        Assert.Equal(ExitCodes.Unavailable, code);
        Assert.Contains("/nowhere/awocd cannot be started (No such file or directory)", error);
        Assert.DoesNotContain("   at ", error);
    }

    [Fact]
    public async Task Start_NewerDaemonServes_LeavesItAndSaysSo()
    {
        using var test = new TestHome();
        await using var daemon = await FakeDaemon.StartAsync(test.Home, "99.0.0");

        var (code, _, error) = await AwocProcess.RunAsync(test, ["status", "all"]);

        Assert.Equal(0, code);
        Assert.Contains("99.0.0, newer than this awoc", error);
        Assert.False(daemon.Stops.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Start_OlderDaemonServes_IsStoppedAndReplacedWhenItsProcessHasEnded()
    {
        using var test = new TestHome();
        var started = Path.Combine(test.Directory, "started");
        var go = Path.Combine(test.Directory, "go");
        using (var make = Process.Start("mkfifo", [started, go])) await make.WaitForExitAsync(TestContext.Current.CancellationToken);
        var program = test.DaemonScript($"echo > '{started}'; read line < '{go}'; echo ready");
        using var process = Process.Start("sleep", ["1000"]);
        try
        {
            var old = await FakeDaemon.StartAsync(test.Home, "0.0.1");
            old.Pid = process.Id;
            using var awoc = AwocProcess.Start(test, ["status", "all", "--json"], null, ("AWOC_DAEMON", program));

            Assert.False((await old.Stops.Reader.ReadAsync(TestContext.Current.CancellationToken)).Cancel);
            await old.DisposeAsync();
            process.Kill();
            await File.ReadAllTextAsync(started, TestContext.Current.CancellationToken).WaitAsync(s_limit, TestContext.Current.CancellationToken);
            await using var next = await FakeDaemon.StartAsync(test.Home);
            await File.WriteAllTextAsync(go, "go\n", TestContext.Current.CancellationToken);
            var (code, output, error) = await awoc.EndAsync();

            Assert.Equal((0, "[]\n"), (code, output));
            Assert.Contains($"the daemon was of version 0.0.1: {ClientVersion.Text} took its place", error);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }
}
