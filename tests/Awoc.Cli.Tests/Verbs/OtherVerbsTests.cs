using System.Diagnostics;
using System.Text.Json;
using Awoc.Client;

namespace Awoc.Cli.Tests.Verbs;

public class OtherVerbsTests
{
    private const string A = "1763876543-aaaaaaaaaaaa";
    private const string B = "1763876543-bbbbbbbbbbbb";
    private const string C = "1763876543-cccccccccccc";

    [Fact]
    public async Task Status_AllAsJson_IsOneArrayOverAllPages()
    {
        using var test = new TestHome();
        await using var daemon = await FakeDaemon.StartAsync(test.Home);
        foreach (var id in (string[])[A, B, C]) daemon.Add(id);

        var (code, output, _) = await AwocProcess.RunAsync(test, ["status", "all", "--json"]);

        Assert.Equal(0, code);
        Assert.Equal([C, B, A], JsonDocument.Parse(output).RootElement.EnumerateArray().Select(t => t.GetProperty("id").GetString()));
        Assert.Single(output.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task Status_OneAsJson_IsOneObject()
    {
        using var test = new TestHome();
        await using var daemon = await FakeDaemon.StartAsync(test.Home);
        daemon.Add(A);

        var (_, output, _) = await AwocProcess.RunAsync(test, ["background-status", "aaaa", "--json"]);

        var task = JsonDocument.Parse(output).RootElement;
        Assert.Equal(1234, task.GetProperty("usage").GetProperty("output").GetInt64());
        Assert.False(task.TryGetProperty("outcome", out _));
    }

    [Fact]
    public async Task Status_FilterAndLimit_ListsThose()
    {
        using var test = new TestHome();
        await using var daemon = await FakeDaemon.StartAsync(test.Home);
        daemon.Add(A, "queued");
        daemon.Add(B);
        daemon.Add(C);

        var (_, output, _) = await AwocProcess.RunAsync(test, ["status", "running", "--limit", "1"]);

        Assert.Equal(2, output.TrimEnd().Split('\n').Length);
        Assert.Contains("cccccccccccc", output);
    }

    [Fact]
    public async Task Status_MisspeltState_SuggestsIt()
    {
        using var test = new TestHome();
        await using var daemon = await FakeDaemon.StartAsync(test.Home);

        var (code, _, error) = await AwocProcess.RunAsync(test, ["status", "runing"]);

        Assert.Equal(ExitCodes.Usage, code);
        Assert.Equal("awoc: There is no task 'runing'.\n  Did you mean: awoc status running\n", error);
    }

    [Fact]
    public async Task Status_ReaderLeaves_EndsQuietly()
    {
        using var test = new TestHome();
        await using var daemon = await FakeDaemon.StartAsync(test.Home);
        foreach (var n in Enumerable.Range(0, 300)) daemon.Add($"1763876543-{n:000000000000}");
        var start = new ProcessStartInfo("bash", ["-c", $"set -o pipefail; '{AwocProcess.Program}' status all --json | head -c 1"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["AWOC_HOME"] = test.Home.Path;

        using var shell = Process.Start(start)!;
        var output = await shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal((0, "[", ""), (shell.ExitCode, output, await shell.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task Output_Partial_IsVerbatimAndSaysSo()
    {
        using var test = new TestHome();
        await using var daemon = await FakeDaemon.StartAsync(test.Home);
        daemon.Tasks[A] = daemon.Add(A, "ended") with { Outcome = "timed_out", Result = "partial", ResultPath = "/t/p" };
        var copy = Path.Combine(test.Directory, "copy");
        var start = new ProcessStartInfo("bash", ["-c", $"'{AwocProcess.Program}' output aaaa > '{copy}'"]) { RedirectStandardError = true };
        start.Environment["AWOC_HOME"] = test.Home.Path;

        using var shell = Process.Start(start)!;
        var error = await shell.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(new byte[] { 0, 255, (byte)'x', (byte)'\n' }, await File.ReadAllBytesAsync(copy, TestContext.Current.CancellationToken));
        Assert.Equal($"awoc: this is a partial result: aaaaaaaaaaaa ended as timed_out; what was done and left: /home/u/.awoc/background/tasks/{A}/partial-results.txt; the ways on: awoc recover aaaaaaaaaaaa\n", error);
        Assert.Equal("/t/p\n", (await AwocProcess.RunAsync(test, ["output", A, "--path"])).Out);
    }

    [Fact]
    public async Task Output_NoneYet_NamesTheWaysOn()
    {
        using var test = new TestHome();
        await using var daemon = await FakeDaemon.StartAsync(test.Home);
        daemon.Add(A);

        var (code, output, error) = await AwocProcess.RunAsync(test, ["background-output", A]);

        Assert.Equal((1, ""), (code, output));
        Assert.Contains("awoc wait aaaaaaaaaaaa", error);
        Assert.Contains("awoc logs -f aaaaaaaaaaaa", error);
    }

    [Fact]
    public async Task Logs_Flags_AreSent()
    {
        using var test = new TestHome();
        await using var daemon = await FakeDaemon.StartAsync(test.Home);
        daemon.Add(A);
        daemon.Log = "x";

        var (_, output, _) = await AwocProcess.RunAsync(test, ["logs", "aaaa", "--tail", "3", "--stream", "background"]);

        Assert.Equal("?stream=background&tail=3\nx", output);
    }

    [Fact]
    public async Task Wait_Several_PrintsEachAndEndsWithTheWorst()
    {
        using var test = new TestHome();
        await using var daemon = await FakeDaemon.StartAsync(test.Home);
        daemon.Add(A);
        daemon.Add(B);
        using var awoc = AwocProcess.Start(test, ["wait", A, B]);
        await daemon.Subscriptions.Reader.ReadAsync(TestContext.Current.CancellationToken);
        daemon.End(B, "failed");
        daemon.End(A, "succeeded");

        var (code, output, _) = await awoc.EndAsync();

        Assert.Equal(1, code);
        Assert.Equal([$"{A} succeeded", $"{B} failed"], output.TrimEnd().Split('\n').Order());
    }

    [Fact]
    public async Task Wait_Any_ReturnsWithTheFirst()
    {
        using var test = new TestHome();
        await using var daemon = await FakeDaemon.StartAsync(test.Home);
        daemon.Add(A);
        daemon.Add(B);
        daemon.End(B, "succeeded");

        Assert.Equal((0, $"{B} succeeded\n"), await AwocProcess.RunAsync(test, ["wait", "--any", A, B]) is var (code, output, _) ? (code, output) : default);
    }

    [Fact]
    public async Task Wait_Timeout_GivesUpWith75()
    {
        using var test = new TestHome();
        await using var daemon = await FakeDaemon.StartAsync(test.Home);
        daemon.Add(A);

        var (code, output, error) = await AwocProcess.RunAsync(test, ["wait", A, "--timeout", "1"]);

        Assert.Equal((ExitCodes.WaitGaveUp, ""), (code, output));
        Assert.Contains($"awoc wait {A}", error);
    }

    [Fact]
    public async Task Wait_NoIds_WaitsForTheSessionsOwn()
    {
        using var test = new TestHome();
        await using var daemon = await FakeDaemon.StartAsync(test.Home);
        daemon.Add(A);
        daemon.Tasks[B] = daemon.Add(B) with { Parent = "mine" };
        using var awoc = AwocProcess.Start(test, ["wait"], null, ("AWOC_SESSION_ID", "mine"));
        await daemon.Subscriptions.Reader.ReadAsync(TestContext.Current.CancellationToken);
        daemon.End(B, "succeeded");

        Assert.Equal($"{B} succeeded\n", (await awoc.EndAsync()).Out);
    }

    [Fact]
    public async Task Cancel_SeveralOneUnknown_EndsTheOthers()
    {
        using var test = new TestHome();
        await using var daemon = await FakeDaemon.StartAsync(test.Home);
        daemon.Add(A);
        daemon.Add(B);
        daemon.End(B, "succeeded");

        var (code, output, error) = await AwocProcess.RunAsync(test, ["cancel", "zzzz", A, B]);

        Assert.Equal((ExitCodes.Usage, $"{A} canceled\n{B} succeeded\n"), (code, output));
        Assert.Contains("There is no task 'zzzz'", error);
        Assert.Contains("bbbbbbbbbbbb had ended already: succeeded", error);
    }

    [Fact]
    public async Task DaemonStatus_Json_HasTheFourFields()
    {
        using var test = new TestHome();
        var (code, output, _) = await AwocProcess.RunAsync(test, ["daemon", "status", "--json"]);
        Assert.Equal(ExitCodes.Unavailable, code);
        Assert.False(JsonDocument.Parse(output).RootElement.GetProperty("running").GetBoolean());

        await using var daemon = await FakeDaemon.StartAsync(test.Home);
        (code, output, _) = await AwocProcess.RunAsync(test, ["daemon", "status", "--json"]);

        var status = JsonDocument.Parse(output).RootElement;
        Assert.Equal(0, code);
        Assert.True(status.GetProperty("running").GetBoolean());
        Assert.Equal(Environment.ProcessId, status.GetProperty("pid").GetInt32());
        Assert.Equal(ClientVersion.Text, status.GetProperty("version").GetString());
        Assert.Equal(test.Home.Socket, status.GetProperty("socket").GetString());
    }

    [Fact]
    public async Task DaemonStart_OneRuns_HandsTheSecretsOver()
    {
        using var test = new TestHome();
        await using var daemon = await FakeDaemon.StartAsync(test.Home);

        var (code, _, _) = await AwocProcess.RunAsync(test, ["daemon", "start"], null, ("ANTHROPIC_API_KEY", "s3cr3t"));

        Assert.Equal(0, code);
        Assert.True(daemon.HandedOver.TryDequeue(out var handed));
        Assert.Equal("s3cr3t", handed.Secrets["ANTHROPIC_API_KEY"]);
    }

    [Fact]
    public async Task DaemonStop_NoneRuns_IsDoneAlready()
    {
        using var test = new TestHome();

        var (code, _, error) = await AwocProcess.RunAsync(test, ["daemon", "stop"]);

        Assert.Equal(0, code);
        Assert.Contains("no daemon serves", error);
    }

    [Fact]
    public async Task Any_NoHome_SaysWhatToSet()
    {
        using var test = new TestHome();

        var (code, _, error) = await AwocProcess.RunAsync(test, ["status"], null, ("AWOC_HOME", ""), ("HOME", ""));

        Assert.Equal((ExitCodes.Unavailable, 1), (code, error.TrimEnd().Split('\n').Length));
        Assert.Contains("HOME is not set", error);
    }
}
