using System.Text.Json;
using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Core.Tasks;
using Awoc.Gateway.Tests.Hosting;
using Awoc.Rehearsal;

namespace Awoc.Gateway.Tests;

/// <summary>The gateway between real parts: the rehearsal server on its unix socket, and the real Claude Code before it.</summary>
public sealed class RehearsalTests
{
    private static CancellationToken Limit => new CancellationTokenSource(TimeSpan.FromSeconds(120)).Token;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Usage_OfARehearsedAnswer_IsWhatTheServerGenerated(bool stream)
    {
        await using var server = await StartServerAsync();
        await using var host = await GatewayHost.StartAsync();
        host.Open(UpstreamOf(server));

        using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask(stream: stream)));
        await response.Content.ReadAsStringAsync();

        var record = await host.NextChangeAsync();
        var seen = Assert.Single(server.Log.MessageRequests);
        Assert.Equal("sk-real", seen.Credential);
        Assert.Equal((seen.GeneratedTokens, false), ((int)record.Usage.Output, record.Usage.Estimated));
        Assert.Equal((seen.Usage!.Input, seen.Usage.CacheRead, seen.Usage.CacheWrite), (record.Usage.Input, record.Usage.CacheRead, record.Usage.CacheWrite));
        Assert.Equal(seen.StopReason, record.LastStopReason);
    }

    [Fact]
    public async Task ClaudeCode_ThroughTheGateway_WorksAndIsMeteredAsTheServerCounts()
    {
        await using var server = await StartServerAsync();
        await using var host = await GatewayHost.StartAsync();
        host.Open(UpstreamOf(server), l => l with { Allowance = new Allowance(1_000_000) });

        var (exitCode, output) = await ClaudeCli.RunAsync(ClaudeCli.Program, "Say hello.", new Dictionary<string, string>
        {
            ["ANTHROPIC_BASE_URL"] = host.Url,
            ["ANTHROPIC_API_KEY"] = GatewayHost.Token,
        }, Limit);

        Assert.True(exitCode == 0, output);
        var requests = server.Log.MessageRequests;
        Assert.NotEmpty(requests);
        Assert.All(requests, r => Assert.Equal("sk-real", r.Credential));
        var record = host.Gateway.Close(host.Task, 1)!;
        Assert.Equal((requests.Count, requests.Sum(r => (long)r.GeneratedTokens), false), (record.Requests, record.Usage.Output, record.Usage.Estimated));
        using var result = JsonDocument.Parse(output);
        var models = result.RootElement.GetProperty("modelUsage").EnumerateObject().Select(m => m.Value).ToList();
        Assert.Equal(record.Usage.Output, models.Sum(m => m.GetProperty("outputTokens").GetInt64()));
        Assert.Equal(record.Usage.Input, models.Sum(m => m.GetProperty("inputTokens").GetInt64()));
    }

    [Fact]
    public async Task ClaudeCode_TokenInThePath_KeepsItsOwnLogin()
    {
        await using var server = await StartServerAsync();
        await using var host = await GatewayHost.StartAsync();
        host.Open(UpstreamOf(server), l => l with { Upstream = new ModelUpstream(UpstreamOf(server), UpstreamAuth.PassThrough, null) });

        var (exitCode, output) = await ClaudeCli.RunAsync(ClaudeCli.Program, "Say hello.", new Dictionary<string, string>
        {
            ["ANTHROPIC_BASE_URL"] = $"{host.Url}/a/{GatewayHost.Token}",
            ["ANTHROPIC_AUTH_TOKEN"] = "the-agents-own-login",
        }, Limit);

        Assert.True(exitCode == 0, output);
        Assert.All(server.Log.MessageRequests, r => Assert.Equal("the-agents-own-login", r.Credential));
        Assert.Equal(server.Log.MessageRequests.Count, host.Record.Requests);
    }

    [Fact]
    public async Task ClaudeCode_BudgetSpent_EndsAtOnceWithOurWords()
    {
        await using var server = await StartServerAsync();
        await using var host = await GatewayHost.StartAsync();
        host.Open(UpstreamOf(server), l => l with { Allowance = new Allowance(0) });

        var (exitCode, output) = await ClaudeCli.RunAsync(ClaudeCli.Program, "Say hello.", new Dictionary<string, string>
        {
            ["ANTHROPIC_BASE_URL"] = host.Url,
            ["ANTHROPIC_API_KEY"] = GatewayHost.Token,
        }, Limit);

        Assert.NotEqual(0, exitCode);
        Assert.Contains($"AWOC: token budget of task {host.Task.Handle}: 0 used, 0 kept for the report", output, StringComparison.Ordinal);
        Assert.Empty(server.Log.MessageRequests);
        Assert.NotEqual(0, host.Record.BudgetRefusals);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(50)]
    [InlineData(700)]
    [InlineData(3000)]
    public async Task ClaudeCode_ManyTurns_NeverGeneratesMoreThanTheWorksShare(long tokens)
    {
        await using var server = await StartServerAsync();
        await using var host = await GatewayHost.StartAsync();
        host.Open(UpstreamOf(server), l => l with { Allowance = new Allowance(tokens) });

        var (exitCode, output) = await ClaudeCli.RunAsync(ClaudeCli.Program, "Go on. [[rehearse:turns?n=20&tokens=400]]", new Dictionary<string, string>
        {
            ["ANTHROPIC_BASE_URL"] = host.Url,
            ["ANTHROPIC_API_KEY"] = GatewayHost.Token,
        }, Limit);

        Assert.NotEqual(0, exitCode);
        Assert.Contains($"AWOC: token budget of task {host.Task.Handle}", output, StringComparison.Ordinal);
        var generated = server.Log.MessageRequests.Sum(r => (long)r.GeneratedTokens);
        var work = BudgetSplit.Of(tokens).Work;
        Assert.InRange(generated, 1, work);
        Assert.True(generated > work - BudgetSplit.WorkFloor, $"{generated} of {work}");
        Assert.Equal((generated, EndReason.Tokens), (host.Record.Usage.Output, host.Record.Spent));
    }

    private static Task<RehearsalServer> StartServerAsync() =>
        RehearsalServer.StartAsync(new RehearsalOptions { SocketPath = Path.Combine(Path.GetTempPath(), $"awoc-{Guid.NewGuid():n}.sock") });

    /// <summary><c>http://unix:/path</c>, as the server has it, as an upstream's URL.</summary>
    private static Uri UpstreamOf(RehearsalServer server) => new("unix://" + server.BaseUrl["http://unix:".Length..]);
}
