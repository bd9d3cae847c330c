using System.Diagnostics;
using Awoc.TestKit;

namespace Awoc.EndToEnd.Waiting;

/// <summary>Tasks that wait for one another, for times, and use what others produced.</summary>
public sealed class DependencyTests
{
    [Fact]
    public async Task After_ResultsAreUsed_PathValueAndText()
    {
        await using var awoc = new AwocSandbox();
        var first = await awoc.LaunchAsync("--agent", "command", "printf '{\"v\":{\"list\":[1,\"it'\"'\"'s; $HOME\"]}}' > \"$AWOC_OUTPUT\"", "first.json");
        var second = await awoc.LaunchAsync("--agent", "command", $"cat ${{tasks.{first}.output}}; echo; echo ${{tasks.{first}.json.v.list.1}}; echo '$${{tasks.'", "out.txt", "--after", first);
        Assert.Equal("succeeded", (string?)(await awoc.EndOfAsync(second))["outcome"]);
        var said = await File.ReadAllTextAsync(Path.Combine(awoc.Work, "out.txt"));
        Assert.StartsWith("{\"v\":{\"list\":[1,\"it's; $HOME\"]}}\nit's; $HOME\n${tasks.\n", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_WhatIsMissingAtTheStart_FailsTheTaskAndNamesIt()
    {
        await using var awoc = new AwocSandbox();
        var first = await awoc.LaunchAsync("--agent", "command", "echo {} > \"$AWOC_OUTPUT\"", "first.json");
        var second = await awoc.LaunchAsync("--agent", "command", $"echo ${{tasks.{first}.json.nope}}", "--after", first);
        var end = await awoc.EndOfAsync(second);
        Assert.Equal(("failed", "dependency_failed"), ((string?)end["outcome"], (string?)end["reason"]));
        Assert.Contains("has no 'nope'", (string?)end["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failure_PassesThroughAChain_ByEachOnesWord()
    {
        await using var awoc = new AwocSandbox();
        var bad = await awoc.LaunchAsync("--agent", "command", "exit 3");
        var fails = await awoc.LaunchAsync("--agent", "command", "echo no", "--after", bad);
        var runs = await awoc.LaunchAsync("--agent", "command", "echo yes", "--after", fails, "--on-unmet", "run");
        var skips = await awoc.LaunchAsync("--agent", "command", "echo no", "--after", bad, "--on-unmet", "skip");
        var skipped = await awoc.LaunchAsync("--agent", "command", "echo no", "--after", skips);
        var ended = await awoc.LaunchAsync("--agent", "command", "echo yes", "--after-ended", bad, skips);
        Assert.Equal(1, (await awoc.AwocAsync("wait", bad, fails, runs, skips, skipped, ended)).Code);
        Assert.Equal(("failed", "dependency_failed"), await OutcomeAsync(awoc, fails));
        Assert.Equal(("succeeded", null), await OutcomeAsync(awoc, runs));
        Assert.Equal(("canceled", "skipped"), await OutcomeAsync(awoc, skips));
        Assert.Equal(("canceled", "skipped"), await OutcomeAsync(awoc, skipped));
        Assert.Equal(("succeeded", null), await OutcomeAsync(awoc, ended));
        Assert.Equal(4, (await awoc.AwocAsync("wait", skips)).Code);

        var retried = await awoc.AwocAsync("retry", fails);
        Assert.Equal(2, retried.Code);
        Assert.Contains("retry that one first", retried.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DaemonKilled_WhileTasksWait_TheNextOneDecides()
    {
        await using var awoc = new AwocSandbox();
        var slow = await awoc.LaunchAsync("--agent", "command", "until [ -e go ]; do sleep 0.1; done; exit 1");
        var fails = await awoc.LaunchAsync("--agent", "command", "echo no", "--after", slow);
        var runs = await awoc.LaunchAsync("--agent", "command", "echo yes", "--after-ended", slow);
        await Eventually.TrueAsync(async () => (string?)(await awoc.StatusAsync(slow))["state"] == "running", TimeSpan.FromSeconds(30), "the first to run");
        using (var daemon = Process.GetProcessById(await awoc.DaemonPidAsync()))
        {
            daemon.Kill();
            await daemon.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await File.WriteAllTextAsync(Path.Combine(awoc.Work, "go"), "");
        Assert.Equal(1, (await awoc.AwocAsync("wait", slow, fails, runs)).Code);
        Assert.Equal(("failed", "dependency_failed"), await OutcomeAsync(awoc, fails));
        Assert.Equal(("succeeded", null), await OutcomeAsync(awoc, runs));
    }

    [Fact]
    public async Task Cancel_DependencyAsItEnds_DependantStartsExactlyWhenItSucceeded()
    {
        await using var awoc = new AwocSandbox();
        for (var round = 0; round < 8; round++)
        {
            var first = await awoc.LaunchAsync("--agent", "command", "sleep 0.1");
            var second = await awoc.LaunchAsync("--agent", "command", "true", "--after", first);
            await awoc.AwocAsync("cancel", first, "--no-wait");
            await awoc.AwocAsync("wait", first, second);
            var (outcome, _) = await OutcomeAsync(awoc, first);
            Assert.Equal(outcome == "succeeded" ? ("succeeded", null) : ("failed", "dependency_failed"), await OutcomeAsync(awoc, second));
        }
    }

    [Fact]
    public async Task Cancel_GroupOfWaitingTasks_EndsAllAtOnceAsCanceled()
    {
        await using var awoc = new AwocSandbox();
        var first = await awoc.LaunchAsync("--agent", "command", "sleep 1000", "--group", "g");
        var second = await awoc.LaunchAsync("--agent", "command", "true", "--group", "g", "--after", first);
        var third = await awoc.LaunchAsync("--agent", "command", "true", "--group", "g", "--after", second);
        Assert.Equal(0, (await awoc.AwocAsync("cancel", "--group", "g")).Code);
        foreach (var id in (string[])[first, second, third]) Assert.Equal(("canceled", "user"), await OutcomeAsync(awoc, id));
        Assert.Equal(4, (await awoc.AwocAsync("wait", "--group", "g")).Code);
        Assert.Equal(2, (await awoc.AwocAsync("wait", "--group", "none")).Code);
    }

    [Fact]
    public async Task Cron_TaskThatRecurs_ComesAgainUntilItsWaitingOneIsCanceled()
    {
        await using var awoc = new AwocSandbox();
        var first = await awoc.LaunchAsync("--agent", "command", "echo tick", "--name", "tick", "--cron", "* * * * * *");
        var end = await awoc.EndOfAsync(first);
        Assert.Equal("* * * * * *", (string?)end["recurs"]!["cron"]);
        var next = await awoc.EndOfAsync((string)end["successor"]!);
        Assert.Equal("succeeded", (string?)next["outcome"]);
        Assert.Equal(0, (await awoc.AwocAsync("retry", first, "--wait")).Code);
        Assert.Equal((string?)end["successor"], (string?)(await awoc.StatusAsync(first))["successor"]);

        var rare = await awoc.LaunchAsync("--agent", "command", "true", "--name", "rare", "--cron", "0 0 1 1 *");
        Assert.Equal(0, (await awoc.AwocAsync("cancel", "rare")).Code);
        Assert.Null((await awoc.StatusAsync(rare))["successor"]);
        while (((await awoc.AwocAsync("cancel", "tick")).Out.Trim().Split(' ')[1], (await awoc.StatusAsync("tick"))["startedAt"]) is not ("canceled", null))
        {
        }
    }

    [Theory]
    [InlineData("--after", "nope", "a task that exists")]
    [InlineData("--at", "yesterday", "a time to come")]
    [InlineData("--in", "never", "duration")]
    [InlineData("--cron", "0 0 30 2 *", "never would")]
    [InlineData("--cron", "x", "five fields")]
    [InlineData("--on-unmet", "skip", "--after")]
    public async Task Run_BadTimeOrReference_IsRefused(string flag, string value, string says)
    {
        await using var awoc = new AwocSandbox();
        var ran = await awoc.AwocAsync("run", "--agent", "command", "true", flag, value);
        Assert.Equal(2, ran.Code);
        Assert.Contains(says, ran.Error, StringComparison.Ordinal);
    }

    /// <summary>The seed's pattern: <c>&amp;</c> and the shell's own <c>wait</c>.</summary>
    [Fact]
    public async Task RunWait_InTheBackgroundOfAShell_EndsWithEachTasksExitCode()
    {
        await using var awoc = new AwocSandbox();
        var awocPath = Binaries.Awoc;
        var ran = await awoc.ShellAsync($"""
            '{awocPath}' run --agent command --wait 'sleep 0.3' >/dev/null & a=$!
            '{awocPath}' run --agent command --wait 'exit 9' >/dev/null 2>&1 & b=$!
            '{awocPath}' run --agent command --wait --timeout 1 'sleep 60' >/dev/null 2>&1 & c=$!
            wait $a; echo $?; wait $b; echo $?; wait $c; echo $?
            """);
        Assert.Equal("0\n1\n124\n", ran.Out);
    }

    [Fact]
    public async Task WaitFailFast_OneFails_ReturnsWhileTheOthersRun()
    {
        await using var awoc = new AwocSandbox();
        var slow = await awoc.LaunchAsync("--agent", "command", "sleep 1000");
        var bad = await awoc.LaunchAsync("--agent", "command", "exit 1");
        Assert.Equal(1, (await awoc.AwocAsync("wait", slow, bad, "--fail-fast")).Code);
        Assert.Equal("running", (string?)(await awoc.StatusAsync(slow))["state"]);
        await awoc.AwocAsync("cancel", slow);
    }

    private static async Task<(string? Outcome, string? Reason)> OutcomeAsync(AwocSandbox awoc, string id)
    {
        var status = await awoc.StatusAsync(id);
        return ((string?)status["outcome"], (string?)status["reason"]);
    }
}
