using System.Text.Json;
using Awoc.Core.Agents;
using Awoc.Core.Tasks;
using Awoc.Gateway.Tests.Hosting;

namespace Awoc.Gateway.Tests.Prices;

public sealed class CostTests
{
    // 25 fresh, 7 written, 300 read, 42 generated, at 3 and 15 dollars a million.
    private const decimal OneAnswer = ((25 * 3m) + (7 * 3.75m) + (300 * 0.3m) + (42 * 15m)) / 1_000_000;

    [Fact]
    public async Task Answer_OfAPricedModel_HasItsCostAlsoInTheLedger()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);

        using var response = await host.SendAsync(Ask("claude-sonnet-4-5-20250929"));

        Assert.Equal(OneAnswer, (await host.NextChangeAsync()).Usage.CostUsd);
        Assert.Equal(OneAnswer, host.Gateway.Read(host.LedgerPath).Usage.CostUsd);
        Assert.Empty(host.Record.Unpriced);
    }

    [Fact]
    public async Task Answer_OfAnUnknownModel_HasNoCostAndSaysSo()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);

        using (var first = await host.SendAsync(Ask("some-model"))) await first.Content.ReadAsByteArrayAsync();
        using (var second = await host.SendAsync(Ask("some-model"))) await second.Content.ReadAsByteArrayAsync();
        await host.NextChangeAsync();

        var record = await host.NextChangeAsync();
        Assert.Null(record.Usage.CostUsd);
        Assert.Equal(["some-model"], record.Unpriced);
        Assert.Equal(["some-model"], host.Gateway.Read(host.LedgerPath).Unpriced);
    }

    [Fact]
    public async Task CostLimit_UnknownModel_IsRefusedWithTheWayToAddIt()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync(new GatewayOptions { PricesPath = "/nonexistent/prices.yaml" });
        host.Open(upstream.BaseUrl, l => l with { Allowance = new Allowance(100_000, CostUsd: 1) });

        using var response = await host.SendAsync(Ask("some-model"));

        var message = await AuthenticationTests.AssertRefusedAsync(response, 400, "invalid_request_error");
        Assert.Equal($"AWOC: no price is known for model some-model, and the money of task {host.Task.Handle} is limited; add it to /nonexistent/prices.yaml", message);
        Assert.Null(host.Record.Spent);
        Assert.Equal("add it to /nonexistent/prices.yaml", host.Gateway.MissingPrice("some-model"));
        Assert.Null(host.Gateway.MissingPrice("claude-haiku-4-5-20251001"));
        Assert.Empty(upstream.Requests);
    }

    [Fact]
    public async Task CostLimit_LowersTheCapAndRefusesWhatDoesNotFit()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl, l => l with { Allowance = new Allowance(1_000_000, CostUsd: 0.02m) });

        using (var first = await host.SendAsync(Ask("claude-sonnet-4-5"))) Assert.Equal(200, (int)first.StatusCode);
        var cap = MaxTokensOf(upstream.Only);
        Assert.InRange(cap, 900, 1000);
        await host.NextChangeAsync();
        host.Gateway.SetAllowance(host.Task, 1, new Allowance(1_000_000, CostUsd: 0.005m));
        using var response = await host.SendAsync(Ask("claude-sonnet-4-5"));

        var message = await AuthenticationTests.AssertRefusedAsync(response, 400, "invalid_request_error");
        Assert.StartsWith($"AWOC: cost budget of task {host.Task.Handle}: $0.0008 of $0.0050 used", message, StringComparison.Ordinal);
        Assert.Equal(EndReason.Cost, host.Record.Spent);
    }

    [Fact]
    public async Task Answer_Unseen_CostsItsInputAndItsCap()
    {
        await using var upstream = ScriptedUpstream.Start(e =>
        {
            e.Cut();
            return Task.CompletedTask;
        });
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);

        using var response = await host.SendAsync(Ask("claude-sonnet-4-5", maxTokens: 1000));

        var usage = (await host.NextChangeAsync()).Usage;
        Assert.True(usage.Estimated);
        Assert.InRange(usage.CostUsd!.Value, 0.0151m, 0.0154m);
    }

    /// <summary>A mark of the agent's own, anywhere in the request, makes its input twice as dear as a fresh one; without, it is five quarters.</summary>
    [Theory]
    [InlineData("""[{"role":"user","content":[{"type":"text","text":"hi","cache_control":{"type":"ephemeral","ttl":"1h"}}]}]""", "[]", 6.0)]
    [InlineData("""[{"role":"user","content":"hi"}]""", """[{"name":"t","input_schema":{},"cache_control":{"ttl":"1h","type":"ephemeral"}}]""", 6.0)]
    [InlineData("""[{"role":"user","content":[{"type":"text","text":"\"ttl\":\"1h\"","cache_control":{"type":"ephemeral","ttl":"5m"}}]}]""", "[]", 3.75)]
    [InlineData("""[{"role":"user","content":[{"type":"tool_use","input":{"ttl":{"a":["1h"]}}}]}]""", "[]", 3.75)]
    public async Task Input_MarkedToBeKeptForAnHour_IsReservedAtItsPrice(string messages, string tools, double dollars)
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);
        var body = $$"""{"model":"claude-sonnet-4-5","tools":{{tools}},"messages":{{messages}},"max_tokens":100}""";

        using var response = await host.SendAsync(GatewayHost.Messages(body));

        Assert.Equal(200, (int)response.StatusCode);
        using var grant = JsonDocument.Parse(host.Ledger.Split('\n')[0]);
        var input = grant.RootElement.GetProperty("inputTokens").GetInt64();
        Assert.Equal((body.Length / 2) + 1, input);
        Assert.Equal(input * (decimal)dollars / 1_000_000, grant.RootElement.GetProperty("inputUsd").GetDecimal());
    }

    private static HttpRequestMessage Ask(string model, int maxTokens = 64_000) =>
        GatewayHost.Messages(Samples.Ask(maxTokens, stream: false).Replace("claude-test", model, StringComparison.Ordinal));

    private static long MaxTokensOf(RecordedHttp request)
    {
        using var body = JsonDocument.Parse(request.Body);
        return body.RootElement.GetProperty("max_tokens").GetInt64();
    }
}
