using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Awoc.Rehearsal.Tests;

/// <summary>Runs the tools of a conversation for real, over one directory, and drives the model until it ends its turn.</summary>
internal sealed class ToolRunner(ModelClient client, string directory)
{
    public static readonly string[] All = ["Read", "Write", "Bash", "Grep", "Glob"];

    /// <summary>Tools that are offered but answer every call with a refusal.</summary>
    public HashSet<string> Denied { get; } = [];

    public string[] Offered { get; init; } = All;

    /// <summary>Output tokens as the answers' usage adds up.</summary>
    public int OutputTokens { get; private set; }

    public List<string> Calls { get; } = [];

    public async Task<Answer> RunAsync(string prompt, int maxTokens = 32_000, bool stream = true, params (string Name, string Value)[] headers)
    {
        var messages = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = prompt });
        for (var turn = 0; turn < 60; turn++)
        {
            var body = new JsonObject
            {
                ["model"] = "claude-sonnet-5",
                ["max_tokens"] = maxTokens,
                ["stream"] = stream,
                ["messages"] = messages.DeepClone(),
            };
            if (Offered.Length > 0) body["tools"] = new JsonArray([.. Offered.Select(n => (JsonNode)new JsonObject { ["name"] = n, ["input_schema"] = new JsonObject { ["type"] = "object" } })]);
            var answer = await client.AskAsync(body, headers);
            OutputTokens += answer.Output;
            if (answer.StopReason != "tool_use") return answer;

            messages.Add(new JsonObject { ["role"] = "assistant", ["content"] = answer.Content.DeepClone() });
            var results = new JsonArray();
            foreach (var tool in answer.Tools)
            {
                Calls.Add(tool.Name!);
                var (text, isError) = await CallAsync(tool.Name!, JsonNode.Parse(tool.Content)!.AsObject());
                results.Add(new JsonObject { ["type"] = "tool_result", ["tool_use_id"] = tool.Id, ["content"] = text, ["is_error"] = isError });
            }

            messages.Add(new JsonObject { ["role"] = "user", ["content"] = results });
        }

        throw new InvalidOperationException($"no end after 60 turns: {string.Join(", ", Calls)}");
    }

    private async Task<(string Text, bool IsError)> CallAsync(string tool, JsonObject input)
    {
        if (Denied.Contains(tool)) return ($"Permission to use {tool} has been denied.", true);
        switch (tool)
        {
            case "Bash":
                return await ShellAsync((string)input["command"]!);
            case "Read":
                var path = Path.Combine(directory, (string)input["file_path"]!);
                if (!File.Exists(path)) return ("File does not exist.", true);
                var lines = (await File.ReadAllLinesAsync(path)).Take((int?)input["limit"] ?? 2000);
                return (string.Join('\n', lines.Select((l, i) => $"{i + 1}\t{l}")), false);
            case "Write":
                await File.WriteAllTextAsync(Path.Combine(directory, (string)input["file_path"]!), (string)input["content"]!);
                return ("File created successfully", false);
            case "Glob":
                Assert.Equal("**/*", (string?)input["pattern"]);
                // As Claude Code's: git's own files are among them.
                return (string.Join('\n', Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)), false);
            case "Grep":
                return Grep((string)input["pattern"]!, (string?)input["output_mode"] ?? "files_with_matches", (bool?)input["-i"] ?? false, (int?)input["head_limit"] ?? 250);
            default:
                return ($"No such tool: {tool}", true);
        }
    }

    private (string, bool) Grep(string pattern, string mode, bool ignoreCase, int limit)
    {
        var regex = new Regex(pattern, ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None);
        var hits = Files()
            .SelectMany(f => File.ReadLines(Path.Combine(directory, f)).Select((l, i) => (File: f, Line: i + 1, Text: l)))
            .Where(h => regex.IsMatch(h.Text))
            .ToList();
        return mode switch
        {
            _ when hits.Count == 0 => ("No matches found", false),
            "content" => (string.Join('\n', hits.Take(limit).Select(h => $"{h.File}:{h.Line}:{h.Text}")), false),
            "count" => ($"{string.Join('\n', hits.GroupBy(h => h.File).Select(g => $"{g.Key}:{g.Count()}"))}\n\nFound {hits.Count} total occurrences across {hits.DistinctBy(h => h.File).Count()} files.", false),
            _ => ($"Found {hits.DistinctBy(h => h.File).Count()} files\n{string.Join('\n', hits.Select(h => h.File).Distinct().Take(limit))}", false),
        };
    }

    private IEnumerable<string> Files() => Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(directory, f))
        .Where(f => !f.StartsWith(".git/", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    private async Task<(string, bool)> ShellAsync(string command)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/bash", ["-c", command])
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        })!;
        shell.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var error = shell.StandardError.ReadToEndAsync(limit.Token);
        var output = await shell.StandardOutput.ReadToEndAsync(limit.Token);
        await shell.WaitForExitAsync(limit.Token);
        return shell.ExitCode == 0 ? (output.TrimEnd(), false) : ($"Exit code {shell.ExitCode}\n{output}{await error}", true);
    }
}
