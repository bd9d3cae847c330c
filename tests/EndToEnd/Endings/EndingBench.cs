using System.Diagnostics;
using System.Text.Json.Nodes;
using Awoc.Rehearsal;
using Awoc.Rehearsal.Scenarios;
using Awoc.TestKit;

namespace Awoc.EndToEnd.Endings;

/// <summary>One daemon and one rehearsal server, on which many rows run side by side.</summary>
internal sealed class EndingBench : IAsyncDisposable
{
    private const string OnFailure = "--on-failure";
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);
    private readonly RehearsalServer _server;
    private string[] _stopAtTheEnd = [];
    private int _rows;

    private EndingBench(AwocSandbox awoc, RehearsalServer server, BrokenUpstreams broken) => (Awoc, _server, Broken) = (awoc, server, broken);

    public AwocSandbox Awoc { get; }

    public BrokenUpstreams Broken { get; }

    public static async Task<EndingBench> StartAsync(IEnumerable<EndingRow> rows)
    {
        var scenarios = rows.Where(row => row.Steps is not null).Select(row =>
        {
            var reading = ScenarioSource.Parse($"name: {NameOf(row)}\ndescription: a row\nsteps:\n{row.Steps}");
            return reading.Scenario ?? throw new InvalidOperationException($"{row.Way}: {string.Join("; ", reading.Faults)}");
        }).ToList();
        var bench = new EndingBench(
            new AwocSandbox().WithClaude(), await RehearsalServer.StartAsync(new RehearsalOptions { Scenarios = scenarios }), new BrokenUpstreams());
        await bench.SetAsync("concurrency", "6");
        await bench.SetAsync("agents.builtin.max_retries", "1");
        await bench.SetAsync("agents.builtin.max_turns", "6");
        // Recovery would take up what a row is to see the end of.
        if ((await bench.Awoc.AwocAsync("run", "--help")).Out.Contains(OnFailure, StringComparison.Ordinal)) bench._stopAtTheEnd = [OnFailure, "stop"];
        return bench;
    }

    public async Task<ObservedRow> RunAsync(EndingRow row)
    {
        try
        {
            return await EndAsync(row);
        }
        catch (Exception broken) when (broken is InvalidOperationException or TimeoutException or IOException or OperationCanceledException)
        {
            // One row that goes wrong must not hide the others.
            return new ObservedRow(row, "no end", null, "none", broken.Message, "", "");
        }
    }

    private async Task<ObservedRow> EndAsync(EndingRow row)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Awoc.Root, "rows", $"{Interlocked.Increment(ref _rows)}")).FullName;
        if (row.Output is not null && Path.GetDirectoryName(row.Output) is { Length: > 0 } below) Directory.CreateDirectory(Path.Combine(folder, below));
        var launch = Awoc.Command(folder, EnvironmentOf(row, folder), Arguments(row));
        var (code, output, error) = await launch.RunAsync(s_limit);
        if (code != 0) throw new InvalidOperationException($"{row.Way}: awoc run ended {code}: {error}");
        var id = output.Trim();
        if (row.Meanwhile is { } meanwhile) await meanwhile(new RunningRow(this, id, folder));
        await Awoc.AwocAsync("wait", id, "--timeout", "70");
        var status = await Awoc.StatusAsync(id);
        if ((string?)status["state"] != "ended") throw new InvalidOperationException($"{status.ToJsonString()}\n{Awoc.Diagnose(id)}\n{await File.ReadAllTextAsync(Path.Combine(Awoc.Home, "background", "awocd.log"))}");
        var last = status["attempts"]!.AsArray().Count;
        var evidence = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Awoc.TaskFolder(id), "attempts", $"{last}", "evidence.json")))!.AsObject();
        return new ObservedRow(
            row, (string)status["outcome"]!, (string?)status["reason"], (string)status["result"]!, (string?)status["detail"],
            row.Evidence ?? EvidenceWords.Of(evidence), status.ToJsonString() + "\n" + evidence.ToJsonString());
    }

    public async ValueTask DisposeAsync()
    {
        await Awoc.DisposeAsync();
        await _server.DisposeAsync();
        await Broken.DisposeAsync();
    }

    private async Task SetAsync(string key, string value)
    {
        var set = await Awoc.AwocAsync("config", "set", key, value);
        if (set.Code != 0) throw new InvalidOperationException(set.Error);
    }

    private string[] Arguments(EndingRow row)
    {
        var work = row.ByPrompt ? $"{row.Work} [[rehearse:{NameOf(row)}]]" : row.Work;
        List<string> arguments = ["run", $"{row.Type}:{work}"];
        if (!row.Flags.Contains(OnFailure)) arguments.AddRange(_stopAtTheEnd);
        if (row.Output is { } output) arguments.Add(output);
        arguments.AddRange(["--agent", row.Agent, .. row.Flags]);
        if (row.Agent != "command") arguments.AddRange(["--model", row.Model]);
        if (!row.Flags.Contains("--tokens")) arguments.AddRange(["--tokens", "500000"]);
        return [.. arguments];
    }

    private Dictionary<string, string> EnvironmentOf(EndingRow row, string folder)
    {
        var environment = new Dictionary<string, string>(Awoc.Environment)
        {
            // An account of its own: what one row's API refuses slows the requests of its account alone.
            ["ANTHROPIC_API_KEY"] = $"sk-{NameOf(row)}",
            ["ANTHROPIC_BASE_URL"] = row.ByPrompt ? _server.BaseUrl : row.Upstream?.Invoke(this) ?? _server.ScenarioUrl(row.Scenario ?? (row.Steps is null ? "ok" : NameOf(row))),
            ["CLAUDE_CODE_MAX_RETRIES"] = "0",
            ["CLAUDE"] = Binaries.Claude,
        };
        foreach (var (name, value) in row.Environment)
        {
            if (value is null) environment.Remove(name);
            else environment[name] = value;
        }

        if (row.Program is not { } program) return environment;
        var bin = Directory.CreateDirectory(Path.Combine(folder, ".bin")).FullName;
        var path = Path.Combine(bin, "claude");
        File.WriteAllText(path, program.StartsWith("#!", StringComparison.Ordinal) ? program : $"#!/bin/bash\n{program}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        environment["PATH"] = $"{bin}:{environment["PATH"]}";
        return environment;
    }

    /// <summary>A scenario's name is lower-case letters, digits and dashes.</summary>
    private static string NameOf(EndingRow row) =>
        "row-" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(row.Agent + row.Way)).AsSpan(0, 6));
}

/// <summary>awoc in a directory and an environment of its own.</summary>
internal static class RowCommand
{
    public static ProcessStartInfo Command(this AwocSandbox awoc, string folder, Dictionary<string, string> environment, string[] arguments)
    {
        var start = new ProcessStartInfo(Binaries.Awoc, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (var (name, value) in environment) start.Environment[name] = value;
        start.Environment["AWOC_HOME"] = awoc.Home;
        return start;
    }

    public static async Task<(int Code, string Out, string Error)> RunAsync(this ProcessStartInfo start, TimeSpan limit)
    {
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var timeout = new CancellationTokenSource(limit);
        await process.WaitForExitAsync(timeout.Token);
        return (process.ExitCode, await output, await error);
    }
}
