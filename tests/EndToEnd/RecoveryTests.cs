using System.Text.Json.Nodes;
using Awoc.EndToEnd.Budgets;
using Awoc.TestKit;

namespace Awoc.EndToEnd;

/// <summary><c>awoc retry</c> and <c>awoc recover</c> on real tasks.</summary>
public sealed class RecoveryTests
{
    private static AwocSandbox NewSandbox() => new AwocSandbox().Rehearsed();

    private static async Task SetAsync(AwocSandbox awoc, string key, string value)
    {
        var set = await awoc.AwocAsync("config", "set", key, value);
        Assert.True(set.Code == 0, set.Error);
    }

    [Fact]
    public async Task Run_OverloadThatPasses_IsDeferredResumedAndSucceeds()
    {
        await using var awoc = NewSandbox();
        await awoc.AwocAsync("config", "set", "recovery.delay", "1");
        await awoc.AwocAsync("config", "set", "agents.builtin.max_retries", "1");
        var status = await awoc.EndOfAsync(await awoc.LaunchAsync("custom:anything", "r.md", "--agent", "builtin", "--model", "rehearsal/overload?times=8"));
        Assert.Equal("succeeded", (string?)status["outcome"]);
        var attempts = status["attempts"]!.AsArray();
        Assert.Equal(["overloaded", null], attempts.Select(a => (string?)a!["reason"]));
        Assert.True(File.Exists(Path.Combine(awoc.Work, "r.md")));
    }

    [Fact]
    public async Task Run_OverloadWithOnFailureStop_EndsAtOnceAndDeferredTaskCanBeCanceled()
    {
        await using var awoc = NewSandbox();
        await awoc.AwocAsync("config", "set", "agents.builtin.max_retries", "1");
        var stopped = await awoc.EndOfAsync(await awoc.LaunchAsync("research:a", "--agent", "builtin", "--model", "rehearsal/overload?times=8", "--on-failure", "stop"));
        Assert.Equal(("failed", "overloaded"), ((string?)stopped["outcome"], (string?)stopped["reason"]));
        Assert.Contains("awoc retry", (string?)stopped["detail"], StringComparison.Ordinal);

        var waits = await awoc.LaunchAsync("research:b", "--agent", "builtin", "--model", "rehearsal/overload?times=8");
        await Eventually.TrueAsync(async () => (string?)(await awoc.StatusAsync(waits))["state"] == "scheduled", TimeSpan.FromSeconds(60), "the deferral");
        var status = await awoc.StatusAsync(waits);
        Assert.InRange((DateTimeOffset)status["dueAt"]! - (DateTimeOffset)status["attempts"]![0]!["endedAt"]!, TimeSpan.FromSeconds(299), TimeSpan.FromSeconds(331));
        Assert.Equal(0, (await awoc.AwocAsync("cancel", waits)).Code);
        Assert.Equal("canceled", (string?)(await awoc.StatusAsync(waits))["outcome"]);
    }

    [Theory]
    [InlineData("bad-request")]
    [InlineData("billing")]
    [InlineData("refusal")]
    public async Task Run_ReasonThatIsNeverRetried_HasOneAttemptUnderAutoToo(string scenario)
    {
        await using var awoc = NewSandbox();
        var status = await awoc.EndOfAsync(await awoc.LaunchAsync(
            "research:a", "--agent", "builtin", "--model", $"rehearsal/{scenario}", "--on-failure", "auto", "--retry", "3"));
        Assert.Equal("failed", (string?)status["outcome"]);
        Assert.Single(status["attempts"]!.AsArray());
    }

    [Fact]
    public async Task Run_AuthWithEveryLeaveToRetry_HasOneAttempt()
    {
        await using var awoc = NewSandbox();
        var rule = await awoc.AwocAsync("config", "set", "recovery.rules.auth.action", "resume");
        Assert.NotEqual(0, rule.Code);
        var status = await awoc.EndOfAsync(await awoc.LaunchAsync(
            "research:a", "--agent", "builtin", "--model", "rehearsal/auth", "--on-failure", "auto", "--retry", "3"));
        Assert.Equal(("failed", "auth"), ((string?)status["outcome"], (string?)status["reason"]));
        Assert.Single(status["attempts"]!.AsArray());
    }

    [Fact]
    public async Task Run_RetryZero_EndsWhatWouldBeDeferred()
    {
        await using var awoc = NewSandbox();
        await awoc.AwocAsync("config", "set", "agents.builtin.max_retries", "1");
        var status = await awoc.EndOfAsync(await awoc.LaunchAsync("research:a", "--agent", "builtin", "--model", "rehearsal/overload?times=8", "--retry", "0"));
        Assert.Equal(("failed", "overloaded"), ((string?)status["outcome"], (string?)status["reason"]));
        Assert.Single(status["attempts"]!.AsArray());
    }

    [Theory]
    // A rule that has nothing done, and one that has more done than is the default.
    [InlineData("overloaded.action", "notify", "overload?times=8", 1)]
    [InlineData("", "", "overload?times=8", 2)]
    [InlineData("agent_error.action", "resume", "nothing", 3)]
    [InlineData("", "", "nothing", 1)]
    public async Task Run_RuleOfTheConfiguration_IsObeyed(string rule, string value, string scenario, int attempts)
    {
        await using var awoc = new AwocSandbox();
        await awoc.AwocAsync("config", "set", "agents.builtin.max_retries", "1");
        await awoc.AwocAsync("config", "set", "recovery.delay", "1");
        await awoc.AwocAsync("config", "set", "recovery.retries", "2");
        if (value.Length > 0) await SetAsync(awoc, $"recovery.rules.{rule}", value);
        await using var task = await RehearsedTask.LaunchAsync(
            awoc, scenario, scenario == "nothing" ? RehearsedTask.Script("name: nothing\nsteps:\n  - text: \"\"\n") : null, "research:a", "--agent", "builtin");
        Assert.Equal(attempts, (await task.EndAsync())["attempts"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("claude")]
    [InlineData("builtin")]
    public async Task Run_LimitThatTellsWhenItResets_IsDeferredUntilThen(string agent)
    {
        await using var awoc = new AwocSandbox().WithClaude();
        await awoc.AwocAsync("config", "set", "agents.builtin.max_retries", "1");
        awoc.Environment["CLAUDE_CODE_MAX_RETRIES"] = "0";
        var reset = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 3600);
        await using var task = await RehearsedTask.LaunchAsync(
            awoc,
            "limit",
            RehearsedTask.Script($"""
                name: limit
                steps:
                  - error: {"{"}status: 429, times: always{"}"}
                    headers: {"{"}anthropic-ratelimit-unified-status: rejected, anthropic-ratelimit-unified-reset: "{reset.ToUnixTimeSeconds()}"{"}"}
                """),
            "research:a", "--agent", agent);
        await Eventually.TrueAsync(async () => (string?)(await awoc.StatusAsync(task.Id))["state"] == "scheduled", TimeSpan.FromSeconds(60), "the deferral");
        var status = await awoc.StatusAsync(task.Id);
        Assert.Equal("rate_limited", (string?)status["attempts"]![0]!["reason"]);
        Assert.Contains("the usage window of ", (string?)status["waitsFor"], StringComparison.Ordinal);

        // A tenth of the usual delay is added at random at most.
        Assert.InRange((DateTimeOffset)status["dueAt"]! - reset, TimeSpan.Zero, TimeSpan.FromSeconds(31));
        await awoc.AwocAsync("cancel", task.Id);
    }

    [Fact]
    public async Task Run_AgentKilledInThreeAttempts_IsParkedWithItsEvidenceAndAnAlert()
    {
        await using var awoc = NewSandbox();
        var bin = Directory.CreateDirectory(Path.Combine(awoc.Root, "bin")).FullName;
        var program = Path.Combine(bin, "claude");
        await File.WriteAllTextAsync(program, "#!/bin/bash\necho 'out of luck' >&2\nkill -9 $$\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        awoc.Environment["PATH"] = $"{bin}:{awoc.Environment["PATH"]}";
        var id = await awoc.LaunchAsync("research:a", "--agent", "claude", "--model", "rehearsal", "--retry", "10");
        var status = await awoc.EndOfAsync(id);

        Assert.Equal(("failed", "poisoned"), ((string?)status["outcome"], (string?)status["reason"]));
        Assert.Equal(["agent_crashed", "agent_crashed"], status["attempts"]!.AsArray().Take(2).Select(a => (string?)a!["reason"]));
        Assert.Equal(3, status["attempts"]!.AsArray().Count);
        foreach (var words in (string[])["3 times in a row", "signal 9", "awoc logs", "awoc retry"]) Assert.Contains(words, (string?)status["detail"], StringComparison.Ordinal);
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            var evidence = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(awoc.TaskFolder(id), "attempts", $"{attempt}", "evidence.json")))!;
            Assert.Equal(9, (int?)evidence["shim"]!["signal"]);
            Assert.Contains("out of luck", (string?)evidence["stderr"], StringComparison.Ordinal);
        }

        var alert = Assert.Single(JsonNode.Parse((await awoc.AwocAsync("alerts", "--json")).Out)!.AsArray())!;
        Assert.Contains("poisoned", alert.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_SupervisorThatCannotBeStarted_FollowsThePolicyLikeAnyEnd()
    {
        await using var awoc = NewSandbox();
        var shim = Path.Combine(awoc.Root, "awoc-shim");
        File.Copy(Path.Combine(Binaries.Folder, "awoc-shim"), shim);
        awoc.Environment["AWOC_SHIM"] = shim;
        Assert.Equal(0, (await awoc.AwocAsync("run", "--agent", "command", "true", "--wait")).Code);
        File.Move(shim, shim + ".away");

        // By default it is for a person.
        var plain = await awoc.EndOfAsync(await awoc.LaunchAsync("--agent", "command", "true"));
        Assert.Equal(("failed", "spawn_failed"), ((string?)plain["outcome"], (string?)plain["reason"]));
        Assert.Contains("awoc doctor", (string?)plain["detail"], StringComparison.Ordinal);
        Assert.Single(plain["attempts"]!.AsArray());

        // Three in a row are poison, as with any other death of the runner.
        await SetAsync(awoc, "recovery.rules.spawn_failed.action", "resume");
        var poisoned = await awoc.EndOfAsync(await awoc.LaunchAsync("--agent", "command", "true"));
        Assert.Equal(("failed", "poisoned"), ((string?)poisoned["outcome"], (string?)poisoned["reason"]));
        Assert.Equal(3, poisoned["attempts"]!.AsArray().Count);

        // Mended in time, the task goes on by itself.
        await SetAsync(awoc, "recovery.rules.spawn_failed.delay", "3");
        var id = await awoc.LaunchAsync("--agent", "command", "true");
        await Eventually.TrueAsync(async () => (string?)(await awoc.StatusAsync(id))["state"] == "scheduled", TimeSpan.FromSeconds(30), "the deferral");
        File.Move(shim + ".away", shim);
        var mended = await awoc.EndOfAsync(id);
        Assert.Equal("succeeded", (string?)mended["outcome"]);
        Assert.Equal("spawn_failed", (string?)mended["attempts"]![0]!["reason"]);
    }

    [Fact]
    public async Task Retry_RunningUnknownOrShortened_IsRefusedWithTheNextStep()
    {
        await using var awoc = NewSandbox();
        var id = await awoc.LaunchAsync("--agent", "command", "sleep 1000");
        foreach (var verb in (string[][])[["retry", id], ["recover", id, "use"], ["recover", id, "resume"]])
        {
            var refused = await awoc.AwocAsync(verb);
            Assert.NotEqual(0, refused.Code);
            Assert.Contains("awoc wait", refused.Error, StringComparison.Ordinal);
        }

        Assert.Contains("no task 'nosuch'", (await awoc.AwocAsync("retry", "nosuch")).Error, StringComparison.Ordinal);
        Assert.Contains("is running", (await awoc.AwocAsync("recover", id)).Error, StringComparison.Ordinal);
        Assert.Equal(2, (await awoc.AwocAsync("retry", id, "--resume", "--restart")).Code);
        await awoc.AwocAsync("cancel", id);
        Assert.Equal(2, (await awoc.AwocAsync("retry", id, "--tokens", "none")).Code);
    }

    [Fact]
    public async Task Retry_CommandThatTimedOut_GoesOnUnderTheSameIdWithFreshTime()
    {
        await using var awoc = NewSandbox();
        var id = await awoc.LaunchAsync("--agent", "command", "echo half; test -e go || sleep 1000; echo done", "out.txt", "--timeout", "2");
        var first = await awoc.EndOfAsync(id);
        Assert.Equal("timed_out", (string?)first["outcome"]);
        Assert.Contains($"awoc retry {id.Split('-')[1]} --extend-timeout 900", (string?)first["detail"], StringComparison.Ordinal);
        var undecided = await awoc.AwocAsync("recover", id);
        Assert.Equal(2, undecided.Code);
        foreach (var choice in (string[])["use", "resume", "reduce"]) Assert.Contains($" {choice}", undecided.Error, StringComparison.Ordinal);
        var shorter = await awoc.AwocAsync("retry", id, "--extend-timeout", "1");
        Assert.Equal(2, shorter.Code);
        Assert.Contains("has run", shorter.Error, StringComparison.Ordinal);

        await File.WriteAllTextAsync(Path.Combine(awoc.Work, "go"), "");
        var again = await awoc.AwocAsync("retry", id, "--extend-timeout", "900", "--wait");
        Assert.True(again.Code == 0, again.Error + awoc.Diagnose(id));
        Assert.Equal(id, again.Out.Trim());
        var status = await awoc.StatusAsync(id);
        Assert.Equal(["timed_out", "succeeded"], status["attempts"]!.AsArray().Select(a => (string?)a!["outcome"]));
        Assert.Equal(900, (int?)status["budget"]!["timeoutSeconds"]);
        Assert.Equal("half\ndone\n", await File.ReadAllTextAsync(Path.Combine(awoc.Work, "out.txt")));

        // Its own file may be replaced by the next attempt, without leave.
        Assert.Equal(0, (await awoc.AwocAsync("retry", id, "--wait")).Code);
        Assert.True((bool?)(await awoc.StatusAsync(id))["delivered"]);
    }

    [Fact]
    public async Task Recover_Use_DeliversThePartialResultAsItIs()
    {
        await using var awoc = NewSandbox();
        var id = await awoc.LaunchAsync("--agent", "command", "echo half > \"$AWOC_OUTPUT\"; sleep 1000", "out.txt", "--timeout", "2");
        Assert.Equal("partial", (string?)(await awoc.EndOfAsync(id))["result"]);
        await File.WriteAllTextAsync(Path.Combine(awoc.Work, "out.txt"), "the user's own\n");
        var refused = await awoc.AwocAsync("recover", id, "use");
        Assert.NotEqual(0, refused.Code);
        Assert.Contains("--overwrite", refused.Error, StringComparison.Ordinal);
        var used = await awoc.AwocAsync("recover", id, "use", "--overwrite", "--json");
        Assert.True(used.Code == 0, used.Error);
        var status = JsonNode.Parse(used.Out)!;
        Assert.Equal(("timed_out", "partial", true), ((string?)status["outcome"], (string?)status["result"], (bool?)status["delivered"]));
        Assert.Equal("half\n", await File.ReadAllTextAsync(Path.Combine(awoc.Work, "out.txt")));
        Assert.Contains("nothing needs you", (await awoc.AwocAsync("alerts")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logs_FollowedOverARetry_GoesOnWithTheNextAttempt()
    {
        await using var awoc = NewSandbox();
        var id = await awoc.LaunchAsync("--agent", "command", "echo \"this is ${AWOC_ATTEMPT##*/}\"; case $AWOC_ATTEMPT in */1) sleep 1000;; esac", "--on-failure", "auto", "--timeout", "2", "--max-total-time", "60");
        var followed = await awoc.AwocAsync("logs", "-f", id);

        Assert.Equal("succeeded", (string?)(await awoc.EndOfAsync(id))["outcome"]);
        Assert.Equal(["this is 1", "this is 2"], followed.Out.Split('\n').Where(l => l.StartsWith("this is", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task TopUp_ThenTimeIsOver_TheEndKnowsOfWhatWasAdded()
    {
        await using var awoc = NewSandbox();
        var id = await awoc.LaunchAsync("--agent", "command", "sleep 1000", "--timeout", "10");
        Assert.Equal(0, (await awoc.AwocAsync("topup", id, "--timeout", "2")).Code);
        var ended = await awoc.EndOfAsync(id);

        Assert.Equal(("timed_out", 12), ((string?)ended["outcome"], (int?)ended["budget"]!["timeoutSeconds"]));
        Assert.Contains("its time of 12s was over", (string?)ended["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Retry_DeferredThenDue_StartsByItself()
    {
        await using var awoc = NewSandbox();
        var id = await awoc.LaunchAsync("--agent", "command", "exit 3");
        Assert.Equal("command_failed", (string?)(await awoc.EndOfAsync(id))["reason"]);
        Assert.Equal(0, (await awoc.AwocAsync("retry", id, "--defer", "2")).Code);
        Assert.Equal("scheduled", (string?)(await awoc.StatusAsync(id))["state"]);
        Assert.Equal(2, (await awoc.EndOfAsync(id))["attempts"]!.AsArray().Count);
    }

    [Fact]
    public async Task Retry_ReduceScope_StartsAFreshSessionThatIsToldWhatIsMissing()
    {
        await using var awoc = NewSandbox();
        var id = await awoc.LaunchAsync("research:anything", "r.md", "--agent", "builtin", "--model", "rehearsal/turns", "--tokens", "1000", "--on-failure", "stop");
        var first = await awoc.EndOfAsync(id);
        Assert.Equal("budget_exhausted", (string?)first["outcome"]);
        Assert.Equal(0, (await awoc.AwocAsync("retry", id, "--reduce-scope", "--tokens", "2000")).Code);
        var status = await awoc.EndOfAsync(id);
        var prompt = await File.ReadAllTextAsync(Path.Combine(awoc.TaskFolder(id), "task-prompt.txt"));
        Assert.Contains("## What Is Missing", prompt, StringComparison.Ordinal);
        Assert.Contains("## Plan", prompt, StringComparison.Ordinal);
        var sessions = status["attempts"]!.AsArray().Select(a => (string?)a!["session"]).ToList();
        Assert.Equal(2, sessions.Distinct().Count());
        Assert.Equal((long)first["usage"]!["output"]! + 2000, (long)status["budget"]!["tokens"]!);
    }

    [Fact]
    public async Task Retry_SessionGone_AFreshOneGetsThePartialResult()
    {
        await using var awoc = NewSandbox();
        var id = await awoc.LaunchAsync("research:anything", "--agent", "builtin", "--model", "rehearsal/turns", "--tokens", "1000", "--on-failure", "stop");
        await awoc.EndOfAsync(id);
        foreach (var file in Directory.GetFiles(Path.Combine(awoc.TaskFolder(id), "attempts", "1"), "session-*.json")) File.Delete(file);
        await awoc.AwocAsync("retry", id, "--resume");
        await awoc.EndOfAsync(id);
        Assert.Contains("## Earlier Attempts", await File.ReadAllTextAsync(Path.Combine(awoc.TaskFolder(id), "task-prompt.txt")), StringComparison.Ordinal);
    }
}
