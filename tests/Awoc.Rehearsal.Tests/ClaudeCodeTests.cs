using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Awoc.Rehearsal.Tests;

/// <summary>The real Claude Code CLI against the rehearsal server.</summary>
public sealed class ClaudeCodeTests
{
    private const string Tools = "Read,Write,Bash,Grep,Glob,WebFetch";

    [Theory]
    [InlineData("md", "")]
    [InlineData("json", "")]
    [InlineData("md", "[[rehearse:overload?times=1]]\n")]
    public async Task Claude_RehearsedTask_WritesTheReport(string extension, string marker)
    {
        using var project = new SampleProject(git: true);
        await using var server = await RehearsalServer.StartAsync();
        var output = project.Output("report." + extension);

        var (code, events, error) = await RunAsync(server, project, marker + project.Prompt("code-analysis", "payment flow", output));

        Assert.True(code == 0, error + string.Join('\n', events));
        var result = events[^1];
        Assert.Equal(("result", "success", false), ((string?)result["type"], (string?)result["subtype"], (bool)result["is_error"]!));
        Assert.Empty(result["permission_denials"]!.AsArray());
        var report = await File.ReadAllTextAsync(output);
        Assert.Contains("7 files", report);
        Assert.Contains("2 lines with TODO or FIXME in 2 files", report);
        Assert.Contains("2 test files", report);
        if (extension == "json") Assert.True((bool)JsonNode.Parse(report)!["rehearsal"]!);

        // The CLI's own count and the server's are one. (Its side requests are counted under their models too.)
        var counted = result["modelUsage"]!.AsObject().Sum(m => (int)m.Value!["outputTokens"]!);
        Assert.Equal(counted, server.Log.TotalGeneratedTokens);
        Assert.InRange(counted, 500, 3000);
    }

    [Fact]
    public async Task Claude_TurnsScenario_RunsItsTurnsAtTheirSize()
    {
        using var project = new SampleProject();
        await using var server = await RehearsalServer.StartAsync();

        var (code, events, error) = await RunAsync(server, project, "[[rehearse:turns?n=6&tokens=100]]");

        Assert.True(code == 0, error);
        Assert.Equal("Done: 6 turns.", (string?)events[^1]["result"]);
        Assert.Equal(6, server.Log.MessageRequests.Count(r => r is { Scenario: not null, GeneratedTokens: 100, StopReason: "tool_use" }));
    }

    [Fact]
    public async Task Claude_CutStream_AsksAgainAndGetsTheWholeAnswer()
    {
        using var project = new SampleProject();
        await using var server = await RehearsalServer.StartAsync();

        var (code, events, error) = await RunAsync(server, project, "[[rehearse:cut]]");

        Assert.True(code == 0, error);
        Assert.StartsWith("This answer is whole.", (string?)events[^1]["result"]);
        Assert.Contains(server.Log.MessageRequests, r => r is { Cut: true, GeneratedTokens: 200 });
    }

    [Theory]
    [InlineData("billing", 400)]
    [InlineData("refusal", null)]
    public async Task Claude_FailingScenario_EndsWithAnError(string scenario, int? status)
    {
        using var project = new SampleProject();
        await using var server = await RehearsalServer.StartAsync();

        var (code, events, _) = await RunAsync(server, project, $"[[rehearse:{scenario}]]");

        Assert.Equal(1, code);
        Assert.True((bool)events[^1]["is_error"]!);
        Assert.Equal(status, (int?)events[^1]["api_error_status"]);
    }

    private static async Task<(int Code, List<JsonObject> Events, string Error)> RunAsync(RehearsalServer server, SampleProject project, string prompt)
    {
        var home = Directory.CreateTempSubdirectory("awoc-home-").FullName;
        var start = new ProcessStartInfo(TestKit.Binaries.Claude, ["-p", "--output-format", "stream-json", "--verbose", "--tools", Tools, "--allowedTools", Tools])
        {
            WorkingDirectory = project.Directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var path = Environment.GetEnvironmentVariable("PATH");
        start.Environment.Clear();
        start.Environment["PATH"] = path;
        start.Environment["HOME"] = home;
        start.Environment["ANTHROPIC_BASE_URL"] = server.BaseUrl;
        start.Environment["ANTHROPIC_API_KEY"] = "rehearsal";
        using var claude = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        try
        {
            await claude.StandardInput.WriteAsync(prompt);
            claude.StandardInput.Close();
            var error = claude.StandardError.ReadToEndAsync(limit.Token);
            var output = await claude.StandardOutput.ReadToEndAsync(limit.Token);
            await claude.WaitForExitAsync(limit.Token);
            var events = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!.AsObject()).ToList();
            return (claude.ExitCode, events, await error);
        }
        finally
        {
            if (!claude.HasExited) claude.Kill();
            Directory.Delete(home, recursive: true);
        }
    }
}
