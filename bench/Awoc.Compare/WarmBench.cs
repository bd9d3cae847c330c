using Awoc.Client.Wire;
using Awoc.Rehearsal;

namespace Awoc.Compare;

/// <summary>
/// From a launch to the agent's first model request, with real Claude Code: started for the launch, and taken warm from the pool. The
/// launches are those of a script (the client, the daemon's socket), in a git repository with a commit.
/// </summary>
internal static class WarmBench
{
    private const int Rounds = 10;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private const string Prompt = "custom:say hello";

    public static async Task RunAsync(Options options, Scratch scratch)
    {
        await using var server = await RehearsalServer.StartAsync(new RehearsalOptions { Scenario = "ok" });
        await using var cold = await AwocSide.StartAsync(scratch, "cold", Options.FewStored);
        await using var warm = await AwocSide.StartAsync(scratch, "warm", Options.FewStored, pool: 1);
        Machine.Output(cold.Variables, scratch.Work, "git", "init", "-q", ".");
        Machine.Output(cold.Variables, scratch.Work, "git", "-c", "user.name=n", "-c", "user.email=e", "commit", "-q", "--allow-empty", "-m", "first");
        await FirstRequestAsync(warm, server, scratch);

        var contest = new Contest();
        var started = contest.Add("started for the launch", () => FirstRequestAsync(cold, server, scratch));
        var taken = contest.Add("taken warm", async () =>
        {
            await SpareAsync(warm);
            return await FirstRequestAsync(warm, server, scratch);
        });
        await contest.RunAsync(Math.Max(Rounds, options.Rounds), () => Task.CompletedTask);

        await SpareAsync(warm);
        await Task.Delay(TimeSpan.FromSeconds(10));
        var spare = await SpareAsync(warm);
        var pool = await warm.Client.PoolAsync();
        Console.WriteLine("launch to the first model request, real Claude Code   median ms    p95 ms");
        Console.WriteLine($"{started.Name,-50}{started.Median,12:F0}{started.P95,10:F0}");
        Console.WriteLine($"{taken.Name,-50}{taken.Median,12:F0}{taken.P95,10:F0}");
        Console.WriteLine($"warm over cold: {taken.Median / started.Median:P0}; hit rate {pool.HitRate:P0} of {pool.Hits + pool.Misses} launches");
        Console.WriteLine($"a spare after {spare.AgeSeconds:F0} s: {spare.MemoryMb:F0} MB, {spare.CpuMs / spare.AgeSeconds / 10:F2} % of a core");
    }

    private static async Task<TimeSpan> FirstRequestAsync(AwocSide side, RehearsalServer server, Scratch scratch)
    {
        var variables = new Dictionary<string, string>(side.Variables) { ["ANTHROPIC_BASE_URL"] = server.BaseUrl.ToString() };
        var before = server.Log.MessageRequests.Count;
        var begin = DateTimeOffset.UtcNow;
        await side.Client.LaunchAsync(new LaunchRequest
        {
            Task = Prompt,
            Agent = "claude",
            Cwd = scratch.Work,
            Environment = variables,
            Secrets = new Dictionary<string, string> { ["ANTHROPIC_API_KEY"] = "rehearsal" },
        });
        await server.Log.WaitAsync(log => log.MessageRequests.Count > before, s_patience);
        await side.SettleAsync();
        return server.Log.MessageRequests[before].StartedAt - begin;
    }

    private static async Task<SpareView> SpareAsync(AwocSide side)
    {
        while (true)
        {
            if ((await side.Client.PoolAsync()).Spares is [var spare, ..]) return spare;
            await Task.Delay(50);
        }
    }
}
