using System.Text.Json.Nodes;
using Awoc.Core.Agents;

namespace Awoc.AgentHost.Tests;

public sealed partial class AgentRunTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_SharedContext_IsTheSameForSiblingsAndMarkedPartByPart(bool hour)
    {
        await using var server = await ServeAsync();
        var shared = new SharedContext([new string('m', 8000), new string('f', 12_000)], "/unused", hour);
        await RunAsync(server, "rehearsal/write-target", c => c with { Shared = shared, Prompt = "the first task" });
        using var elsewhere = new Awoc.Runners.Tests.Running.Workplace();
        await RunAsync(server, "rehearsal/write-target", c => c with { Shared = shared, Prompt = "another task", StagingPath = elsewhere.Staging });

        var requests = server.Log.MessageRequests;
        Assert.Equal(4, requests.Count);
        var system = requests.Select(r => JsonNode.Parse(r.Body!)!["system"]!.ToJsonString()).Distinct().ToList();
        var blocks = JsonNode.Parse(Assert.Single(system))!.AsArray();
        Assert.Equal(3, blocks.Count);
        Assert.Null(blocks[0]!["cache_control"]);
        Assert.All([1, 2], i => Assert.Equal(hour ? "1h" : "5m", (string?)blocks[i]!["cache_control"]!["ttl"]));
        Assert.DoesNotContain(_place.Cwd, system[0], StringComparison.Ordinal);

        // The leader writes it once, by the price it asked for; its sibling's first request reads it.
        var (first, sibling) = (requests[0].Usage!, requests[2].Usage!);
        Assert.True((hour ? first.CacheWrite1h : first.CacheWrite5m) > 5000, $"{first}");
        Assert.True(sibling.CacheRead > 5000 && sibling.CacheWrite < 500, $"{sibling}");
    }

    [Fact]
    public async Task Run_NothingShared_MarksTheLastPieceAlone()
    {
        await using var server = await ServeAsync();
        await RunAsync(server, "rehearsal/write-target");
        var body = JsonNode.Parse(server.Log.MessageRequests[0].Body!)!;
        Assert.DoesNotContain("cache_control", body["system"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("cache_control", body["messages"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains(_place.Cwd, body["system"]!.ToJsonString(), StringComparison.Ordinal);
    }
}
