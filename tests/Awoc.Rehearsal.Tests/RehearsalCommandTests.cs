using System.Text.Json.Nodes;
using System.Threading.Channels;
using Awoc.Rehearsal.Replay;

namespace Awoc.Rehearsal.Tests;

public sealed class RehearsalCommandTests
{
    [Theory]
    [InlineData("unknown argument '--colour'", "--colour")]
    [InlineData("--port 'x' is no port", "--port", "x")]
    [InlineData("--port needs a value", "--port")]
    [InlineData("--port and --socket exclude each other", "--port", "5", "--socket", "/tmp/s")]
    [InlineData("--attempt, --output and --overwrite go with --from ID", "--output", "x.yaml")]
    [InlineData("--attempt '0' is no attempt", "--from", "a", "--attempt", "0")]
    [InlineData("makes a scenario and serves nothing", "--from", "a", "--port", "5")]
    [InlineData("there is no task 'nope'", "--from", "nope")]
    [InlineData("there is no scenario or file 'nope': the built-in scenarios are auth,", "--scenario", "nope")]
    [InlineData("has no parameter 'x'", "--scenario", "turns?x=1")]
    public async Task Run_WrongArguments_SayWhatIsAllowedAndEnd2(string expected, params string[] args)
    {
        var (code, output, error) = await RunAsync(args);

        Assert.Equal((2, ""), (code, output));
        Assert.Contains(expected, error);
    }

    [Fact]
    public async Task Run_FaultyScenarioFile_NamesFileLineAndFault()
    {
        var file = Path.Combine(Path.GetTempPath(), $"awoc-{Guid.NewGuid():n}.yaml");
        await File.WriteAllTextAsync(file, "name: x\nsteps:\n  - txt: hi\n  - error: {}\n");

        var (code, _, error) = await RunAsync("--scenario", file);
        File.Delete(file);

        Assert.Equal(2, code);
        Assert.Contains("has 3 fault(s)", error);
        Assert.Contains($"{file}:3:5: steps[0]: unknown field 'txt'", error);
        Assert.Contains($"{file}:4:12: steps[1].error.status: is required", error);
    }

    [Fact]
    public async Task Run_List_PrintsTheScenarios()
    {
        var (code, output, _) = await RunAsync("--list");
        var (_, json, _) = await RunAsync("--list", "--json");

        Assert.Equal(0, code);
        Assert.Contains("turns ", output);
        Assert.Equal("250", (string?)JsonNode.Parse(json)!.AsArray().Single(s => (string?)s!["name"] == "turns")!["parameters"]!["tokens"]);
    }

    [Fact]
    public async Task Run_Serving_PrintsTheExportsALinePerRequestAndEndsWhenTold()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var output = new LineWriter();
        var error = new LineWriter();
        var log = Path.Combine(Path.GetTempPath(), $"awoc-{Guid.NewGuid():n}.jsonl");
        var run = RehearsalCommand.RunAsync(["--scenario", "ok", "--log", log], output, error, new NoRuns(), stop.Token);
        var url = await output.ReadAsync(stop.Token);
        Assert.Equal("export ANTHROPIC_BASE_URL=" + url, await output.ReadAsync(stop.Token));
        Assert.Equal("export ANTHROPIC_API_KEY=rehearsal", await output.ReadAsync(stop.Token));

        using (var client = new ModelClient(url)) Assert.Equal("Done.", (await client.AskAsync(ModelClient.Request("hi"))).Text);
        Assert.Contains("POST /v1/messages 200 claude-sonnet-5 scenario ok", await error.ReadAsync(stop.Token));
        await stop.CancelAsync();

        Assert.Equal(0, await run);
        var line = JsonNode.Parse(Assert.Single(await File.ReadAllLinesAsync(log)))!;
        Assert.Equal(("ok", 2), ((string?)line["scenario"], (int)line["generatedTokens"]!));
        File.Delete(log);
    }

    [Fact]
    public async Task Run_PortTaken_Ends69()
    {
        await using var server = await RehearsalServer.StartAsync();

        var (code, _, error) = await RunAsync("--port", new Uri(server.BaseUrl).Port.ToString());

        Assert.Equal(69, code);
        Assert.Contains("cannot listen on port", error);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var (output, error) = (new StringWriter(), new StringWriter());
        return (await RehearsalCommand.RunAsync(args, output, error, new NoRuns(), stop.Token), output.ToString(), error.ToString());
    }

    private sealed class NoRuns : IRecordedRuns
    {
        public Task<RecordedRun> FindAsync(string reference, int? attempt, CancellationToken cancellation) =>
            throw new RecordedRunException($"there is no task '{reference}'", 2);
    }

    /// <summary>Hands each written line to a waiting reader.</summary>
    private sealed class LineWriter : StringWriter
    {
        private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
        private string _rest = "";

        public ValueTask<string> ReadAsync(CancellationToken cancellation) => _lines.Reader.ReadAsync(cancellation);

        public override Task WriteAsync(string? value)
        {
            Write(value);
            return Task.CompletedTask;
        }

        public override void WriteLine(string? value) => Write(value + "\n");

        public override Task WriteLineAsync(string? value) => WriteAsync(value + "\n");

        public override void Write(string? value)
        {
            var lines = (_rest + value).Split('\n');
            foreach (var line in lines[..^1]) _lines.Writer.TryWrite(line);
            _rest = lines[^1];
        }
    }
}
