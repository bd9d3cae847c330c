using System.Text;
using Awoc.Rehearsal;
using Awoc.TestKit;

namespace Awoc.EndToEnd;

/// <summary>Credentials of the caller's environment: they reach what needs them, and no file, environment or command line besides.</summary>
public sealed class SecretTests
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Run_ClaudeWithAnEnvironmentKey_UsesItAndLeavesItNowhere()
    {
        var canary = Canary();
        await using var server = await RehearsalServer.StartAsync(new RehearsalOptions { ApiKey = canary, Scenario = "turns?n=6&tokens=20&delay=500ms" });
        await using var awoc = Sandbox(server, canary);
        var id = await awoc.LaunchAsync("custom:anything", "r.md", "--agent", "claude", "--tokens", "1000000");
        await server.Log.WaitAsync(log => log.MessageRequests.Any(r => r.Status == 200));
        AssertNowhere(awoc, canary);

        // The agent goes on with the real key, which its shim holds, while there is no daemon and under the next one.
        Processes.Kill(await awoc.DaemonPidAsync());
        var status = await awoc.EndOfAsync(id);
        Assert.True((string?)status["outcome"] == "succeeded", status.ToJsonString() + awoc.Diagnose(id));
        Assert.Null(status["rehearsal"]);
        Assert.All(server.Log.MessageRequests, request => Assert.NotEqual(401, request.Status));
        Assert.True(server.Log.MessageRequests.Count >= 6);
        AssertNowhere(awoc, canary);
    }

    [Fact]
    public async Task Run_CommandWithACallersToken_GetsItAndNoFileDoes()
    {
        var canary = Canary();
        await using var awoc = new AwocSandbox();
        awoc.Environment["MY_TOKEN"] = canary;
        var id = await awoc.LaunchAsync("--agent", "command", "printf %s \"$MY_TOKEN\" | sha256sum; sleep 0.3");
        var status = await awoc.EndOfAsync(id);
        Assert.Equal("succeeded", (string?)status["outcome"]);
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(canary)));
        Assert.StartsWith(hash, (await awoc.AwocAsync("output", id)).Out, StringComparison.Ordinal);
        AssertInNoFile(awoc, canary);
    }

    [Fact]
    public async Task Queued_KeyOnlyInTheEnvironment_WaitsAfterARestartUntilItIsGivenAgain()
    {
        var canary = Canary();
        await using var server = await RehearsalServer.StartAsync(new RehearsalOptions { ApiKey = canary, Scenario = "text-only" });
        await using var awoc = Sandbox(server, canary);
        await awoc.AwocAsync("config", "set", "concurrency", "1");
        var first = await awoc.LaunchAsync("--agent", "command", "sleep 1000");
        var launched = await awoc.AwocAsync("run", "custom:anything", "--agent", "claude");
        Assert.Contains("ANTHROPIC_API_KEY", launched.Error, StringComparison.Ordinal);
        var queued = launched.Out.Trim();

        Processes.Kill(await awoc.DaemonPidAsync());
        (string, string?)[] without = [("ANTHROPIC_API_KEY", null)];
        await awoc.WithEnvironmentAsync(without, "daemon", "start");
        await awoc.WithEnvironmentAsync(without, "cancel", first);
        await Eventually.TrueAsync(async () => (string?)(await awoc.StatusAsync(queued))["state"] == "awaiting_input", s_soon, "the task to wait");
        Assert.Contains("ANTHROPIC_API_KEY", (string?)(await awoc.StatusAsync(queued))["waitsFor"], StringComparison.Ordinal);
        await awoc.WithEnvironmentAsync(without, "daemon", "start");
        Assert.Equal("awaiting_input", (string?)(await awoc.StatusAsync(queued))["state"]);

        var given = await awoc.AwocAsync("daemon", "start");
        Assert.Contains(queued.Split('-')[1], given.Error, StringComparison.Ordinal);
        Assert.Equal("succeeded", (string?)(await awoc.EndOfAsync(queued))["outcome"]);
        AssertInNoFile(awoc, canary);
    }

    [Theory]
    [InlineData("api_key_file")]
    [InlineData("api_key_command")]
    public async Task Run_KeyOfAFileOrACommand_IsLeftNowhereAndHadAgainAfterARestart(string setting)
    {
        var canary = Canary();
        var outside = Directory.CreateTempSubdirectory("awoc-key-");
        var (file, runs) = (Path.Combine(outside.FullName, "key"), Path.Combine(outside.FullName, "runs"));
        await File.WriteAllTextAsync(file, canary + "\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await using var server = await RehearsalServer.StartAsync(new RehearsalOptions { ApiKey = canary, Scenario = "turns?n=6&tokens=20&delay=500ms" });
        await using var awoc = Sandbox(server, canary);
        awoc.Environment.Remove("ANTHROPIC_API_KEY");
        await awoc.AwocAsync("config", "set", $"agents.claude.{setting}", setting == "api_key_file" ? file : $"echo run >> {runs}; cat {file}");
        Assert.Contains($"credential: {setting}", (await awoc.AwocAsync("doctor")).Out, StringComparison.Ordinal);
        Assert.False(File.Exists(runs));
        await awoc.AwocAsync("config", "set", "concurrency", "1");

        var launched = await awoc.AwocAsync("run", "custom:anything", "r.md", "--agent", "claude", "--tokens", "1000000");
        Assert.True(launched.Code == 0, launched.Error);
        Assert.DoesNotContain("held in memory", launched.Error, StringComparison.Ordinal);
        var queued = await awoc.LaunchAsync("custom:anything", "q.md", "--agent", "claude", "--tokens", "1000000");
        await server.Log.WaitAsync(log => log.MessageRequests.Any(r => r.Status == 200));
        AssertNowhere(awoc, canary);

        Processes.Kill(await awoc.DaemonPidAsync());
        foreach (var id in new[] { launched.Out.Trim(), queued })
        {
            var status = await awoc.EndOfAsync(id);
            Assert.True((string?)status["outcome"] == "succeeded", status.ToJsonString() + awoc.Diagnose(id));
        }

        Assert.All(server.Log.MessageRequests, request => Assert.NotEqual(401, request.Status));
        AssertNowhere(awoc, canary);
        outside.Delete(recursive: true);
    }

    [Fact]
    public async Task Run_KeyFileOpenToOthers_IsRefusedWithTheRemedy()
    {
        await using var server = await RehearsalServer.StartAsync(new RehearsalOptions { Scenario = "text-only" });
        await using var awoc = Sandbox(server, "");
        awoc.Environment.Remove("ANTHROPIC_API_KEY");
        var file = Path.Combine(awoc.Root, "key");
        await File.WriteAllTextAsync(file, "some-key");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        await awoc.AwocAsync("config", "set", "agents.claude.api_key_file", file);
        var refused = await awoc.AwocAsync("run", "custom:anything", "--agent", "claude");
        Assert.NotEqual(0, refused.Code);
        Assert.Contains("can be read by others: chmod 600 it", refused.Error, StringComparison.Ordinal);
        Assert.Empty(server.Log.Requests);
    }

    private static string Canary() => $"sk-ant-canary-{Guid.NewGuid():n}";

    private static AwocSandbox Sandbox(RehearsalServer server, string key)
    {
        var awoc = new AwocSandbox().WithClaude();
        awoc.Environment["ANTHROPIC_API_KEY"] = key;
        awoc.Environment["ANTHROPIC_BASE_URL"] = server.BaseUrl.ToString();
        return awoc;
    }

    private static void AssertNowhere(AwocSandbox awoc, string canary)
    {
        AssertInNoFile(awoc, canary);
        Assert.Empty(Processes.WithCommandLine(canary));
        Assert.Empty(Processes.WithEnvironment(canary));
    }

    private static void AssertInNoFile(AwocSandbox awoc, string canary)
    {
        var wanted = Encoding.UTF8.GetBytes(canary);
        var found = Directory.EnumerateFiles(awoc.Root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
            .Where(file => Contains(file, wanted)).ToList();
        Assert.True(found.Count == 0, $"the secret is in {string.Join(", ", found)}");
    }

    private static bool Contains(string file, byte[] wanted)
    {
        try
        {
            // Sockets hold nothing, and the lock's file is empty.
            if (file.EndsWith(".sock", StringComparison.Ordinal) || file.EndsWith("awocd.lock", StringComparison.Ordinal) || file.Contains("/run/s/", StringComparison.Ordinal))
                return false;
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var content = new MemoryStream();
            stream.CopyTo(content);
            return content.GetBuffer().AsSpan(0, (int)content.Length).IndexOf(wanted) >= 0;
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }
}
