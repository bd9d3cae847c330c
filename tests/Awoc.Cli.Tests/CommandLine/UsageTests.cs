using Awoc.Client;

namespace Awoc.Cli.Tests.CommandLine;

public class UsageTests
{
    [Theory]
    [InlineData("There is no verb 'stauts'. Did you mean 'status'?", "stauts")]
    [InlineData("Did you mean 'background-task'?", "backgroundtask")]
    [InlineData("has no flag '--modle'. Did you mean '--model'?", "run", "--modle", "opus", "research")]
    [InlineData("has no flag '--tokns'. Did you mean '--tokens'?", "run", "research", "--tokns=5")]
    [InlineData("has no flag '-x'", "run", "-x")]
    [InlineData("TASK is missing", "run")]
    [InlineData("'f' is one argument too many", "run", "a", "b", "c", "d", "e", "f")]
    [InlineData("MODEL is 'sonnet' and --model is 'opus'", "run", "a", "b", "sonnet", "--model", "opus")]
    [InlineData("TOKENS is '1' and --tokens is '2'", "run", "a", "b", "sonnet", "1", "--tokens", "2")]
    [InlineData("--limit 'x' is no whole number", "status", "--limit", "x")]
    [InlineData("'runing' is no state and no outcome. Did you mean 'running'?", "status", "queued", "runing")]
    [InlineData("--any and --all exclude each other", "wait", "--any", "--all")]
    [InlineData("--timeout '-5' is no duration", "wait", "x", "--timeout", "-5")]
    [InlineData("--stream 'exec' is none of", "logs", "x", "--stream", "exec")]
    [InlineData("does not know 'strat'. Did you mean 'start'?", "daemon", "strat")]
    [InlineData("takes one of: start, stop, status, restart, logs", "daemon")]
    [InlineData("Name the tasks to cancel, or a group", "cancel")]
    [InlineData("'nofile' cannot be read: there is no such file", "run", "@nofile")]
    [InlineData("'.' cannot be read: it is a directory", "run", "research:@.")]
    [InlineData("description from stdin is empty", "run", "-")]
    public async Task Run_WrongCommandLine_NamesTheFaultAndDoesNothing(string sentence, params string[] args)
    {
        using var test = new TestHome();

        var (code, output, error) = await AwocProcess.RunAsync(test, args, input: "");

        Assert.Equal(ExitCodes.Usage, code);
        Assert.Contains(sentence, error);
        Assert.All(error.TrimEnd().Split('\n'), line => Assert.StartsWith("awoc: ", line));
        Assert.Empty(output);
        Assert.False(Directory.Exists(test.Home.Path));
    }

    [Theory]
    [InlineData("run")]
    [InlineData("status")]
    [InlineData("output")]
    [InlineData("logs")]
    [InlineData("wait")]
    [InlineData("cancel")]
    [InlineData("daemon")]
    [InlineData("daemon", "stop")]
    [InlineData("doctor")]
    [InlineData("config")]
    public async Task Help_OfEachVerb_GoesToStdout(params string[] verb)
    {
        using var test = new TestHome();

        var (code, output, error) = await AwocProcess.RunAsync(test, [.. verb, "--help"]);

        Assert.Equal(0, code);
        Assert.Contains($"awoc {string.Join(' ', verb)}", output);
        Assert.Empty(error);
    }

    [Fact]
    public async Task Help_OfAll_ListsEveryVerb()
    {
        using var test = new TestHome();

        var (code, output, _) = await AwocProcess.RunAsync(test, []);

        Assert.Equal(0, code);
        Assert.All(Cli.CommandLine.VerbTable.All, v => Assert.Contains($"\n  {v.Name} ", output));
    }

    [Fact]
    public async Task Version_Alone_IsOneLine()
    {
        using var test = new TestHome();

        Assert.Equal((0, $"awoc {ClientVersion.Text}\n", ""), await AwocProcess.RunAsync(test, ["--version"]));
    }

    [Fact]
    public async Task Rehearse_ItsOwnFlags_GoToTheDaemonProgramUnread()
    {
        using var test = new TestHome();
        var daemon = test.DaemonScript("echo \"$@\"; exit 42");

        var (code, output, _) = await AwocProcess.RunAsync(test, ["rehearse", "--scenario", "a b.yaml", "--help"], null, ("AWOC_DAEMON", daemon));

        Assert.Equal((42, "rehearse --scenario a b.yaml --help\n"), (code, output));
    }
}
