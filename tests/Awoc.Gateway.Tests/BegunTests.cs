using System.Collections.Concurrent;
using System.Globalization;
using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Gateway.Tests.Hosting;

namespace Awoc.Gateway.Tests;

/// <summary>That an answer has begun is told: from then on others can read what its request wrote to the provider's cache.</summary>
public sealed class BegunTests
{
    private const string Body = """{"model":"claude-sonnet-4-5","max_tokens":1000,"messages":[{"role":"user","content":"hello"}]}""";

    [Fact]
    public async Task Begun_GoodAnswerToTheMainThread_IsToldOnceBeforeItsEnd()
    {
        var begun = new TaskCompletionSource<AnswerBegun>(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var times = 0;
        await using var upstream = ScriptedUpstream.Start(async e =>
        {
            await e.StartStreamAsync();
            await e.ChunkAsync("event: message_start\n");
            await goOn.Task.WaitAsync(GatewayHost.Patience);
            await e.ChunkAsync("data: {}\n\n");
            await e.EndChunksAsync();
        });
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl, l => l with
        {
            Begun = answer =>
            {
                Interlocked.Increment(ref times);
                begun.TrySetResult(answer);
            },
        });

        using var response = await host.SendAsync(GatewayHost.Messages(Body));
        var told = await begun.Task.WaitAsync(GatewayHost.Patience);
        goOn.SetResult();
        await response.Content.ReadAsByteArrayAsync();

        Assert.Equal(Body.Length, told.RequestBytes);
        Assert.Equal(1, times);
    }

    [Theory]
    [InlineData(529, null)]
    [InlineData(200, "sub-agent-1")]
    public async Task Begun_ErrorOrASubAgentsAnswer_IsNotTold(int status, string? agent)
    {
        var begun = new ConcurrentQueue<AnswerBegun>();
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(status, Samples.Message));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl, l => l with { Begun = begun.Enqueue });

        var request = GatewayHost.Messages(Body);
        if (agent is not null) request.Headers.Add("x-claude-code-agent-id", agent);
        using var response = await host.SendAsync(request);
        await response.Content.ReadAsByteArrayAsync();
        await host.NextChangeAsync();

        Assert.Empty(begun);
    }

    [Theory]
    [InlineData(0, 1250)]
    [InlineData(1000, 2000)]
    [InlineData(400, 1550)]
    public async Task Cost_WriteForAnHour_CostsTwiceAFreshToken(int forAnHour, int weighted)
    {
        var message = $$$"""
            {"id":"m","type":"message","role":"assistant","model":"claude-sonnet-4-5","content":[],"stop_reason":"end_turn","usage":{"input_tokens":0,
            "cache_creation_input_tokens":1000,"cache_creation":{"ephemeral_5m_input_tokens":{{{1000 - forAnHour}}},"ephemeral_1h_input_tokens":{{{forAnHour}}}},"output_tokens":0}}
            """;
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, message));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);

        using var response = await host.SendAsync(GatewayHost.Messages(Body));
        await response.Content.ReadAsByteArrayAsync();

        var usage = (await host.NextChangeAsync()).Usage;
        Assert.Equal((weighted, forAnHour), (usage.WeightedInput, usage.HourWrite));
        Assert.Equal(weighted * 3m / 1_000_000, usage.CostUsd);
        Assert.Equal(usage.CostUsd, host.Gateway.Read(host.LedgerPath).Usage.CostUsd);
        Assert.Equal(forAnHour > 0, host.Ledger.Contains("hourWrite", StringComparison.Ordinal));
    }
}
