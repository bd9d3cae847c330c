using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Gateway.Tests.Hosting;

namespace Awoc.Gateway.Tests;

public sealed class AdoptionTests
{
    private const string Granted = "{\"n\":1,\"at\":\"2026-01-01T00:00:00+00:00\",\"route\":\"messages\",\"model\":\"m\",\"cap\":64000}\n";
    private const string Settled =
        "{\"n\":1,\"at\":\"2026-01-01T00:00:01+00:00\",\"status\":200,\"usage\":{\"output\":500,\"thinking\":20,\"input\":7,\"cacheRead\":3,\"cacheWrite\":2,\"estimated\":false},\"estimated\":false,\"stop\":\"tool_use\"}\n";

    [Fact]
    public async Task Open_SettledLedger_GoesOnFromThere()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync();
        File.WriteAllText(host.LedgerPath, Granted + Settled + "{\"at\":\"2026-01-01T00:00:02+00:00\",\"refused\":\"budget\"}\n");

        host.Open(upstream.BaseUrl);

        Assert.Equal(new Usage(Output: 500, Thinking: 20, Input: 7, CacheRead: 3, CacheWrite: 2), host.Record.Usage);
        Assert.Equal((1, 0, 1, 200, "tool_use"), (host.Record.Requests, host.Record.OpenRequests, host.Record.BudgetRefusals, host.Record.LastStatus, host.Record.LastStopReason));
        using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask()));
        Assert.Equal(542, (await host.NextChangeAsync()).Usage.Output);
        Assert.Contains("\"n\":2", host.Ledger, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_GrantFoundOpen_CountsItsCapMarkedEstimatedAndWritesItDown()
    {
        await using var host = await GatewayHost.StartAsync();
        File.WriteAllText(host.LedgerPath, Granted);

        host.Open(ScriptedUpstream.Absent());

        Assert.Equal(new Usage(Output: 64000) { Estimated = true }, host.Record.Usage);
        Assert.Null(host.Record.LastStatus);
        host.Gateway.Close(host.Task, 1);
        host.Open(ScriptedUpstream.Absent());
        Assert.Equal(64000, host.Record.Usage.Output);
        Assert.Equal(2, host.Ledger.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Open_RequestForItsInputAlone_CountsAfterARestartToo()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message.Replace("\"output_tokens\":42", "\"output_tokens\":0", StringComparison.Ordinal)));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);
        using (var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask(maxTokens: 0, stream: false)))) await host.NextChangeAsync();
        using (var request = new HttpRequestMessage(HttpMethod.Post, "/v1/messages/count_tokens") { Content = new StringContent(Samples.Ask()) })
        using (await host.SendAsync(request))
        {
        }

        var before = host.Gateway.Close(host.Task, 1)!;
        Assert.Equal((1, new Usage(Input: 25, CacheRead: 300, CacheWrite: 7)), (before.Requests, before.Usage));

        var replayed = host.Gateway.Read(host.LedgerPath);
        Assert.Equal((before.Requests, before.Usage, before.Turns), (replayed.Requests, replayed.Usage, replayed.Turns));
    }

    [Theory]
    [InlineData("{\"n\":2,\"at\":\"2026-01-0")]
    [InlineData("garbage")]
    [InlineData("\0\0\0\0")]
    [InlineData("\n\n")]
    public async Task Open_BadLastLine_IsLeftOutAndTheNextLineIsWhole(string torn)
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync();
        File.WriteAllText(host.LedgerPath, Granted + Settled + torn);

        host.Open(upstream.BaseUrl);
        Assert.Equal(500, host.Record.Usage.Output);
        using (var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask()))) await host.NextChangeAsync();
        var before = host.Gateway.Close(host.Task, 1)!;

        // What has no line is this process's alone; a list is compared by itself.
        var read = host.Gateway.Read(host.LedgerPath);
        Assert.Equal(before.Unpriced, read.Unpriced);
        Assert.Equal(before with { Unpriced = [], LastTrafficAt = null }, read with { Unpriced = [] });
    }

    [Fact]
    public async Task Open_SpentLedger_Refuses()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync();
        File.WriteAllText(host.LedgerPath, Granted);
        host.Open(upstream.BaseUrl, l => l with { Allowance = new Allowance(5000) });

        using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask()));

        var message = await AuthenticationTests.AssertRefusedAsync(response, 400, "invalid_request_error");
        Assert.EndsWith("64000 used, 1250 kept for the report", message, StringComparison.Ordinal);
        Assert.Empty(upstream.Requests);
    }

    [Theory]
    [InlineData(true, 0, 64_000, 768)]
    [InlineData(true, 20, 64_000, 5_990)]
    [InlineData(true, 20, 900, 900)]
    [InlineData(false, 0, 64_000, 64_000)]
    public async Task Host_DiesInMidAnswer_TheNextOneCountsWhatMayHaveBeenGenerated(bool stream, int kilobytes, int cap, int expected)
    {
        var directory = Directory.CreateTempSubdirectory("awoc-gw-").FullName;
        var ledger = Path.Combine(directory, "gateway.jsonl");
        await using var upstream = ScriptedUpstream.Start(async e =>
        {
            await e.StartStreamAsync();
            await e.ChunkAsync(Samples.Start);
            for (var i = 0; i < kilobytes; i++) await e.ChunkAsync($": {new string('x', 1020)}\n\n");
            await e.ChunkAsync(": the last\n\n");
            await e.GoneAsync();
        });
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl, l => l with { LedgerPath = ledger });
        using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask(maxTokens: cap, stream: stream)));
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        while (await reader.ReadLineAsync() is { } line && line != ": the last")
        {
        }

        var record = host.Gateway.Read(ledger);

        // A progress line stands for each 2048 bytes at least: how many more came with it depends on how they were read.
        Assert.InRange(record.Usage.Output, expected - 640, expected);
        Assert.Equal((true, 1), (record.Usage.Estimated, record.Requests));
        host.Gateway.Close(host.Task, 1);
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task Read_NoFile_IsAnAttemptThatAskedNothing()
    {
        await using var host = await GatewayHost.StartAsync();
        var record = host.Gateway.Read("/nonexistent/gateway.jsonl");
        Assert.Equal((Usage.Zero, 0), (record.Usage, record.Requests));
    }

    [Fact]
    public async Task Open_OpenAlready_IsAdoptedAgain()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);
        using (var first = await host.SendAsync(GatewayHost.Messages(Samples.Ask()))) await host.NextChangeAsync();

        host.Open(upstream.BaseUrl, l => l with { Token = "fresh" });

        Assert.Equal(42, host.Record.Usage.Output);
        using var old = await host.SendAsync(GatewayHost.Messages(Samples.Ask()));
        Assert.Equal(401, (int)old.StatusCode);
        using var fresh = await host.SendAsync(GatewayHost.Messages(Samples.Ask(), "fresh"));
        Assert.Equal(200, (int)fresh.StatusCode);
    }
}
