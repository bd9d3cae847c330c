using System.Text.Json.Nodes;
using Awoc.Client.Wire;

namespace Awoc.Compare;

/// <summary>Where a no-op job's time goes, from the times its records carry, one job at a time.</summary>
internal static class StageBench
{
    private const int Jobs = 60;

    public static async Task RunAsync(Options options, Scratch scratch)
    {
        await using var side = await AwocSide.StartAsync(scratch, "stages", Options.FewStored);
        string[] names =
        [
            "launched -> dispatched (two commits)", "-> spec.json durable", "-> claim drafted (spawn)", "-> logs open (claim durable, cgroup, gate)",
            "-> shim.json written", "-> agent executes", "-> agent has ended", "-> exit.json written", "-> end committed",
        ];
        var stages = names.Select(n => new Figures(n)).ToList();
        var whole = new Figures("whole");
        for (var i = 0; i < Jobs; i++)
        {
            var id = (await side.LaunchAsync()).Task.Id;
            var task = await EndAsync(side, id);
            var times = Times(Path.Combine(side.Home, "background", "tasks", id), task);
            for (var s = 0; s < stages.Count; s++) stages[s].Add(times[s + 1] - times[s]);
            whole.Add(times[^1] - times[0]);
        }

        Console.WriteLine($"where a no-op job's time goes, {Jobs} one by one   median ms    p95 ms");
        foreach (var stage in stages) Console.WriteLine($"{stage.Name,-46}{stage.Median,10:F2}{stage.P95,10:F2}");
        Console.WriteLine($"{whole.Name,-46}{whole.Median,10:F2}{whole.P95,10:F2}");
    }

    private static async Task<TaskView> EndAsync(AwocSide side, string id)
    {
        while (true)
        {
            var task = await side.Client.TaskAsync(id);
            if (task.State == "ended") return task;
            await Task.Delay(5);
        }
    }

    private static double[] Times(string folder, TaskView task)
    {
        var attempt = Path.Combine(folder, "attempts", "1");
        var exit = JsonNode.Parse(File.ReadAllText(Path.Combine(attempt, "exit.json")))!;
        return
        [
            Ms(task.CreatedAt), Ms(task.StartedAt!.Value), Written(attempt, "spec.json"), Written(attempt, "claim"), Written(attempt, "events.jsonl"),
            Written(attempt, "shim.json"), (long)exit["startedUs"]! / 1000.0, (long)exit["endedUs"]! / 1000.0, Written(attempt, "exit.json"), Ms(task.EndedAt!.Value),
        ];
    }

    private static double Written(string folder, string name) => Ms(new DateTimeOffset(File.GetLastWriteTimeUtc(Path.Combine(folder, name))));

    private static double Ms(DateTimeOffset at) => (at - DateTimeOffset.UnixEpoch).TotalMilliseconds;
}
