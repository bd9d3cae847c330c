using Awoc.Client;
using Awoc.Client.Wire;

namespace Awoc.Cli.Tests.Verbs;

public class RunVerbTests
{
    private const string First = "1763876543-000000000001";

    [Fact]
    public async Task Run_SeedsForm_SendsWhatWasTypedAndPrintsTheIdAlone()
    {
        using var test = new TestHome();
        await using var daemon = await FakeDaemon.StartAsync(test.Home);

        var (code, output, error) = await AwocProcess.RunAsync(
            test,
            ["background-task", "api-research:Stripe payment integration", "research-stripe.json", "sonnet", "6000", "420", "&"],
            null,
            ("MY_API_KEY", "s3cr3t"), ("AWOC_SESSION_ID", "s-9"), ("AWOC_REHEARSAL", "1"));

        Assert.Equal((0, $"{First}\n"), (code, output));
        Assert.Equal("awoc: the key is only in this environment\n", error);
        Assert.True(daemon.Launches.TryDequeue(out var sent));
        Assert.Equal(
            ("api-research:Stripe payment integration", "research-stripe.json", "sonnet", "6000", "420", "s-9"),
            (sent.Task, sent.Output, sent.Model, sent.Tokens, sent.Timeout, sent.ParentSession));
        Assert.Equal(test.Directory, sent.Cwd);
        Assert.Equal("s3cr3t", sent.Secrets["MY_API_KEY"]);
        Assert.DoesNotContain("MY_API_KEY", sent.Environment.Keys);
        Assert.Equal("1", sent.Environment["AWOC_REHEARSAL"]);
    }

    [Fact]
    public async Task Run_Flags_AreSent()
    {
        using var test = new TestHome();
        await using var daemon = await FakeDaemon.StartAsync(test.Home);

        var (code, _, _) = await AwocProcess.RunAsync(
            test,
            ["run", "--model", "opus", "analysis", "", "--tokens=-5", "--timeout", "10m", "--context", "a.md", "--context", "b.md", "--name", "n", "--group", "g", "--overwrite", "--agent", "builtin", "--cwd", "sub"]);

        Assert.Equal(0, code);
        Assert.True(daemon.Launches.TryDequeue(out var sent));
        Assert.Equal(("opus", null, "-5", "10m", "n", "g", true, "builtin"), (sent.Model, sent.Output, sent.Tokens, sent.Timeout, sent.Name, sent.Group, sent.Overwrite, sent.Agent));
        Assert.Equal(["a.md", "b.md"], sent.Context);
        Assert.Equal(Path.Combine(test.Directory, "sub"), sent.Cwd);
    }

    [Theory]
    [InlineData("research:-", "what was piped\n", "research:what was piped")]
    [InlineData("-", "word", "custom:word")]
    [InlineData("@d.txt", "", "custom:from a file")]
    [InlineData("analysis:@d.txt", "", "analysis:from a file")]
    [InlineData("custom:@@home", "", "custom:@home")]
    [InlineData("why: - that", "", "why: - that")]
    [InlineData("$(rm -rf /); `x` 'y' \"z\" ü", "", "$(rm -rf /); `x` 'y' \"z\" ü")]
    public async Task Run_Description_ComesFromWhereItSays(string task, string input, string sent)
    {
        using var test = new TestHome();
        await using var daemon = await FakeDaemon.StartAsync(test.Home);
        await File.WriteAllTextAsync(Path.Combine(test.Directory, "d.txt"), "from a file\n", TestContext.Current.CancellationToken);

        await AwocProcess.RunAsync(test, ["run", task], input);

        Assert.True(daemon.Launches.TryDequeue(out var request));
        Assert.Equal(sent, request.Task);
    }

    [Theory]
    [InlineData("research:-", "a\0b", "stdin is binary")]
    [InlineData("research:-", " \n", "stdin is empty")]
    [InlineData("research:@none.md", "", "there is no such file")]
    public async Task Run_DescriptionThatIsNone_IsRefusedBeforeAnythingIsSent(string task, string input, string says)
    {
        using var test = new TestHome();
        await using var daemon = await FakeDaemon.StartAsync(test.Home);
        var (code, _, error) = await AwocProcess.RunAsync(test, ["run", task], input);
        Assert.Equal(2, code);
        Assert.Contains(says, error, StringComparison.Ordinal);
        Assert.Empty(daemon.Launches);
    }

    [Theory]
    [InlineData("-")]
    [InlineData("@brief.md")]
    public async Task Run_DescriptionInTheOutputsPlace_SaysWhereItGoes(string output)
    {
        using var test = new TestHome();
        await using var daemon = await FakeDaemon.StartAsync(test.Home);
        var (code, _, error) = await AwocProcess.RunAsync(test, ["run", "research", output]);
        Assert.Equal(2, code);
        Assert.Contains($"'research:{output}'", error, StringComparison.Ordinal);
        Assert.Empty(daemon.Launches);
    }

    [Fact]
    public async Task Run_TextWithADash_GoesAfterTwoDashes()
    {
        using var test = new TestHome();
        await using var daemon = await FakeDaemon.StartAsync(test.Home);

        await AwocProcess.RunAsync(test, ["run", "--tokens", "5", "--", "--fix the build", "-out.md"]);

        Assert.True(daemon.Launches.TryDequeue(out var sent));
        Assert.Equal(("--fix the build", "-out.md", "5"), (sent.Task, sent.Output, sent.Tokens));
    }

    [Theory]
    [InlineData("invalid", 400, 2)]
    [InlineData("unavailable", 503, 69)]
    public async Task Run_Refused_PrintsEveryFaultAndTheCode(string type, int status, int expected)
    {
        using var test = new TestHome();
        await using var daemon = await FakeDaemon.StartAsync(test.Home);
        daemon.Refusal = new Problem
        {
            Type = type,
            Title = "The launch has 2 faults.",
            Status = status,
            Faults = [new("--tokens", "0", "a whole number from 1"), new("OUTPUT", "/x\u001b[2J", "a path below the directory")],
        };

        var (code, output, error) = await AwocProcess.RunAsync(test, ["run", "x"]);

        Assert.Equal((expected, ""), (code, output));
        Assert.Equal(
            "awoc: The launch has 2 faults.\n  --tokens '0': a whole number from 1\n  OUTPUT '/x [2J': a path below the directory\n", error);
    }

    [Theory]
    [InlineData("succeeded", 0)]
    [InlineData("budget_exhausted", 3)]
    [InlineData("timed_out", 124)]
    public async Task Run_Wait_PrintsTheIdFirstAndEndsWithTheTasksCode(string outcome, int expected)
    {
        using var test = new TestHome();
        await using var daemon = await FakeDaemon.StartAsync(test.Home);
        using var awoc = AwocProcess.Start(test, ["run", "x", "--wait"]);

        Assert.Equal(First, await awoc.Out.ReadLineAsync(TestContext.Current.CancellationToken));
        await daemon.Subscriptions.Reader.ReadAsync(TestContext.Current.CancellationToken);
        daemon.End(First, outcome);
        var (code, rest, error) = await awoc.EndAsync();

        Assert.Equal((expected, ""), (code, rest));
        Assert.Equal(expected != 0, error.Contains($"000000000001 {outcome}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_WaitInterrupted_DetachesAndSaysHowToComeBack()
    {
        using var test = new TestHome();
        await using var daemon = await FakeDaemon.StartAsync(test.Home);
        using var awoc = AwocProcess.Start(test, ["run", "x", "--wait"]);
        await daemon.Subscriptions.Reader.ReadAsync(TestContext.Current.CancellationToken);

        awoc.Interrupt();
        var (code, _, error) = await awoc.EndAsync();

        Assert.Equal(ExitCodes.Detached, code);
        Assert.Contains("the task goes on. Come back with: awoc wait 000000000001", error);
        Assert.Equal("queued", daemon.Tasks[First].State);
    }

    [Fact]
    public async Task Run_Follow_PrintsTheLogThenEndsWithTheTasksCode()
    {
        using var test = new TestHome();
        await using var daemon = await FakeDaemon.StartAsync(test.Home);
        daemon.Log = "working\n";
        using var awoc = AwocProcess.Start(test, ["run", "x", "--follow"]);
        await daemon.Subscriptions.Reader.ReadAsync(TestContext.Current.CancellationToken);
        daemon.End(First, "failed");

        var (code, output, _) = await awoc.EndAsync();

        Assert.Equal((1, $"{First}\n?stream=execution&follow=true\nworking\n"), (code, output));
    }
}
