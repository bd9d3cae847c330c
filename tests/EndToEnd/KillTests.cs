using Awoc.TestKit;

namespace Awoc.EndToEnd;

/// <summary><c>kill -9</c> of the daemon at random moments with five agents at work: nothing is lost, doubled or misreported.</summary>
public sealed class KillTests
{
    /// <summary>10 in <c>./test</c>; <c>eng/kill-test</c> asks for 200.</summary>
    private static readonly int s_rounds =
        int.TryParse(Environment.GetEnvironmentVariable("AWOC_KILL_ROUNDS"), out var rounds) ? rounds : 10;

    [Fact]
    public async Task KillDaemon_WithFiveAgentsRunning_LosesNothing()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("AWOC_KILL_SEED"), out var given) ? given : Environment.TickCount;
        TestContext.Current.SendDiagnosticMessage("AWOC_KILL_SEED={0}, {1} rounds", seed, s_rounds);
        Console.WriteLine($"kill test: AWOC_KILL_SEED={seed} AWOC_KILL_ROUNDS={s_rounds}");
        var random = new Random(seed);
        await using var awoc = new AwocSandbox().WithClaude().Rehearsed();
        for (var round = 0; round < s_rounds; round++) await RoundAsync(awoc, round, random);
    }

    private static async Task RoundAsync(AwocSandbox awoc, int round, Random random)
    {
        // Two real agents and three commands with exit codes of their own, each counting so that a doubled or lost line shows.
        var ids = new List<(string Id, string Outcome, string? Text)>();
        for (var i = 0; i < 3; i++)
        {
            var code = random.Next(2);
            var script = $"for n in $(seq 40); do echo line $n; sleep 0.0{random.Next(1, 6)}; done; exit {code}";
            ids.Add((await awoc.LaunchAsync("--agent", "command", script, $"c{round}-{i}.txt"), code == 0 ? "succeeded" : "failed", Lines(40)));
        }

        for (var i = 0; i < 2; i++) ids.Add((await awoc.LaunchAsync($"analysis:round {round}", $"a{round}-{i}.md"), "succeeded", null));

        var kills = random.Next(1, 3);
        for (var k = 0; k < kills; k++)
        {
            // Half of the second kills hit a daemon in the midst of its adoptions, half one that is long back.
            if (k > 0) await awoc.AwocAsync("daemon", "start");
            await Task.Delay(k > 0 && random.Next(2) == 0 ? random.Next(0, 30) : random.Next(0, 900));
            Processes.Kill(await awoc.DaemonPidAsync());
        }

        foreach (var (id, outcome, text) in ids)
        {
            var status = await awoc.EndOfAsync(id);
            Assert.True(outcome == (string?)status["outcome"], $"round {round}: {status.ToJsonString()}\n{awoc.Diagnose(id)}");
            Assert.Single(status["attempts"]!.AsArray());
            if (text is null) continue;
            Assert.Equal(text, await File.ReadAllTextAsync(Path.Combine(awoc.TaskFolder(id), "events.jsonl")));
            Assert.Equal(text, await File.ReadAllTextAsync(Path.Combine(awoc.TaskFolder(id), "execution.log")));
            Assert.Equal(text, (await awoc.AwocAsync("output", id)).Out);
        }
    }

    private static string Lines(int count) => string.Concat(Enumerable.Range(1, count).Select(n => $"line {n}\n"));
}
