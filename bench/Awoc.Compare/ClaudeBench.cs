using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Awoc.Compare;

/// <summary>
/// Real Claude Code under AWOC beside the same program with the same arguments, environment and prompt by itself, both answered by
/// one rehearsal server.
/// </summary>
internal static class ClaudeBench
{
    private const string Prompt = "analysis:where the entry points of this project are";

    public static async Task RunAsync(Options options, Scratch scratch)
    {
        await File.WriteAllTextAsync(Path.Combine(scratch.Work, "main.py"), "def main():\n    pass  # TODO: do it\n");
        await File.WriteAllTextAsync(Path.Combine(scratch.Work, "README.md"), "# A project\n");
        await using var side = await AwocSide.StartAsync(scratch, "claude", Options.FewStored);
        var log = scratch.In("rehearsal.jsonl");
        using var server = Machine.Start(scratch.Variables(), scratch.Work, Tools.Daemon, "rehearse", "--log", log);
        try
        {
            var url = await server.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("the rehearsal server did not start");
            _ = server.StandardError.ReadToEndAsync();
            var variables = new Dictionary<string, string>(side.Variables) { ["ANTHROPIC_BASE_URL"] = url, ["ANTHROPIC_API_KEY"] = "rehearsal" };
            var raw = Raw(side, scratch, variables, url);

            Figures underCalls = new(""), rawCalls = new("");
            var contest = new Contest();
            var bare = contest.Add("claude -p by itself", () => Task.FromResult(Counted(rawCalls, () => RunRaw(raw, scratch))));
            var under = contest.Add("awoc run --wait", () => Task.FromResult(Counted(
                underCalls, () => Machine.Time(variables, scratch.Work, Tools.Awoc, "run", Prompt, "--agent", "claude", "--wait"))));
            await contest.RunAsync(options.Rounds, side.SettleAsync);

            Console.WriteLine("real Claude Code, one task                   median ms    p95 ms   model calls");
            Console.WriteLine($"{bare.Name,-42}{bare.Median,12:F0}{bare.P95,10:F0}{rawCalls.Median,14:F0}");
            Console.WriteLine($"{under.Name,-42}{under.Median,12:F0}{under.P95,10:F0}{underCalls.Median,14:F0}");
            Console.WriteLine($"overhead: {under.Median - bare.Median:F0} ms, {(under.Median - bare.Median) / bare.Median:P1}");

            TimeSpan Counted(Figures calls, Func<TimeSpan> run)
            {
                var before = Calls(log);
                var time = run();
                calls.Add(Calls(log) - before);
                return time;
            }
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
        }
    }

    /// <summary>What AWOC starts, taken from the records of an attempt: the address is the server's own, not the relay's.</summary>
    private static RawLaunch Raw(AwocSide side, Scratch scratch, Dictionary<string, string> variables, string url)
    {
        var id = Machine.Output(variables, scratch.Work, Tools.Awoc, "run", Prompt, "--agent", "claude", "--wait").Trim();
        var attempt = Path.Combine(side.Home, "background", "tasks", id, "attempts", "1");
        var spec = JsonNode.Parse(File.ReadAllText(Path.Combine(attempt, "spec.json")))!;
        var environment = spec["env"]!.Deserialize<Dictionary<string, string>>()!;
        foreach (var name in environment.Keys.ToList()) environment[name] = environment[name].Replace("http://127.0.0.1:{relayPort}", url, StringComparison.Ordinal);
        environment["ANTHROPIC_API_KEY"] = "rehearsal";
        return new RawLaunch(spec["argv"]!.Deserialize<List<string>>()!, environment, File.ReadAllText(Path.Combine(attempt, "stdin")), Path.Combine(attempt, "out"));
    }

    private static TimeSpan RunRaw(RawLaunch raw, Scratch scratch)
    {
        // Over a file that is there already, the agent would have to read before it may write.
        foreach (var written in Directory.EnumerateFiles(raw.Staging)) File.Delete(written);
        List<string> argv = [.. raw.Argv];
        argv[argv.IndexOf("--session-id") + 1] = Guid.NewGuid().ToString();
        var clock = Stopwatch.StartNew();
        using var process = Machine.Start(raw.Environment, scratch.Work, argv[0], argv[1..]);
        process.StandardInput.Write(raw.Stdin);
        process.StandardInput.Close();
        _ = process.StandardError.ReadToEndAsync();
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        var time = clock.Elapsed;
        return process.ExitCode == 0 && Directory.EnumerateFiles(raw.Staging).Any()
            ? time
            : throw new InvalidOperationException($"claude ended {process.ExitCode} with no report written: {said}");
    }

    /// <summary>Not the probe of the address (HEAD), which the gateway answers by itself.</summary>
    private static int Calls(string log) =>
        File.Exists(log) ? File.ReadLines(log).Count(line => line.Contains("\"path\":\"/v1/messages", StringComparison.Ordinal)) : 0;

    private sealed record RawLaunch(List<string> Argv, Dictionary<string, string> Environment, string Stdin, string Staging);
}
