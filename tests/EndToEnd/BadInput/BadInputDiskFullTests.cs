using System.Diagnostics;
using Awoc.TestKit;

namespace Awoc.EndToEnd.BadInput;

/// <summary>A home whose disk is full: launches are refused, what runs waits, and nothing is lost when there is room again.</summary>
public sealed class BadInputDiskFullTests
{
    [Fact]
    public async Task FullDisk_RefusesLaunchesAndLosesNothingOfWhatRuns()
    {
        var home = Directory.CreateTempSubdirectory("awoc-disk-").FullName;
        using var disk = Mount.Small(home, 24);
        await using var awoc = new AwocSandbox(home);
        var id = await awoc.LaunchAsync("--agent", "command", "echo begun; while ! test -e go; do sleep 0.05; done; seq 1 60000; echo ended", "out.txt");
        await Eventually.TrueAsync(() => Path.Combine(awoc.TaskFolder(id), "attempts", "1", "events.jsonl") is var log && File.Exists(log) && File.ReadAllText(log) == "begun\n", TimeSpan.FromSeconds(10), "the first line");
        var ballast = Path.Combine(awoc.Home, "ballast");
        await ShellAsync($"dd if=/dev/zero of={ballast} bs=1M; dd if=/dev/zero of={ballast}2 bs=1; true");

        Refusal.Is(await awoc.AwocAsync("run", "--agent", "command", "echo never"), 69, awoc.Home, "space");
        Assert.Equal(1, await awoc.CountTasksAsync());
        Assert.Single(Directory.GetDirectories(Path.Combine(awoc.Home, "background", "tasks")));

        await File.WriteAllTextAsync(Path.Combine(awoc.Work, "go"), "");
        // The pipe between the agent and its shim fills up, and the agent waits in its write.
        await Eventually.TrueAsync(() => Processes.WithCommandLine("seq 1 60000").Any(IsBlockedOnAPipe), TimeSpan.FromSeconds(10), "the agent to wait for room");
        Assert.Equal("running", (string?)(await awoc.StatusAsync(id))["state"]);
        Assert.Equal(0, (await awoc.AwocAsync("status")).Code);

        File.Delete(ballast);
        File.Delete(ballast + "2");
        var status = await awoc.EndOfAsync(id);
        Assert.True((string?)status["outcome"] == "succeeded", status.ToJsonString() + awoc.Diagnose(id));
        var expected = "begun\n" + string.Concat(Enumerable.Range(1, 60000).Select(n => $"{n}\n")) + "ended\n";
        Assert.Equal(expected, await File.ReadAllTextAsync(Path.Combine(awoc.TaskFolder(id), "events.jsonl")));
        Assert.Equal(expected, await File.ReadAllTextAsync(Path.Combine(awoc.TaskFolder(id), "execution.log")));
        Assert.Equal(expected, await File.ReadAllTextAsync(Path.Combine(awoc.Work, "out.txt")));
        Assert.Equal(0, (await awoc.AwocAsync("run", "--agent", "command", "true", "--wait")).Code);
    }

    private static bool IsBlockedOnAPipe(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/wchan").Contains("pipe", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task ShellAsync(string script)
    {
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardError = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(script);
        using var process = Process.Start(start)!;
        await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
    }
}
