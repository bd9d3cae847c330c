using System.Text;
using Awoc.Core.Agents;
using Awoc.Gateway.Tests.Hosting;

namespace Awoc.Gateway.Tests;

public sealed class SecrecyTests
{
    private const string Canary = "sk-ant-canary-5f1c9e";

    [Theory]
    [InlineData(UpstreamAuth.ApiKey)]
    [InlineData(UpstreamAuth.Bearer)]
    public async Task Key_WhateverGoesWrong_IsInNoAnswerLedgerOrLog(UpstreamAuth auth)
    {
        var seen = new StringBuilder();
        await using var host = await GatewayHost.StartAsync(new GatewayOptions { ActivityTimeout = TimeSpan.FromSeconds(2) });
        Func<ScriptedExchange, Task>[] scripts =
        [
            e => e.RespondAsync(200, Samples.Message),
            e => e.RespondAsync(401, Samples.Overloaded),
            e => e.WriteAsync("nonsense\r\n\r\n"),
            e => Cut(e),
            e => e.GoneAsync(),
        ];
        foreach (var script in scripts)
        {
            await using var upstream = ScriptedUpstream.Start(script);
            await AskAsync(host, upstream.BaseUrl, auth, seen);
            Assert.Contains(Canary, upstream.Only.Head, StringComparison.Ordinal);
        }

        await AskAsync(host, ScriptedUpstream.Absent(), auth, seen);
        await AskAsync(host, new Uri("http://no-such-host.invalid"), auth, seen);
        seen.Append(host.Ledger).AppendJoin('\n', host.Logs.Lines);

        Assert.Contains("Proxying to", seen.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, seen.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(GatewayHost.Token, seen.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Canary + "\nx-evil: 1")]
    [InlineData(Canary + " é")]
    [InlineData("  ")]
    public async Task Open_KeyThatNoHeaderCarries_ThrowsWithoutTheKey(string key)
    {
        await using var host = await GatewayHost.StartAsync();

        var fault = Assert.Throws<ArgumentException>(() => host.Open(
            new Uri("http://127.0.0.1:1"), l => l with { Upstream = new ModelUpstream(new Uri("http://127.0.0.1:1"), UpstreamAuth.ApiKey, key) }));

        Assert.DoesNotContain("canary", fault.ToString(), StringComparison.Ordinal);
    }

    private static Task Cut(ScriptedExchange exchange)
    {
        exchange.Cut();
        return Task.CompletedTask;
    }

    private static async Task AskAsync(GatewayHost host, Uri upstream, UpstreamAuth auth, StringBuilder seen)
    {
        host.Open(upstream, l => l with { Upstream = new ModelUpstream(upstream, auth, Canary) });
        using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask()));
        seen.Append(response).Append(await response.Content.ReadAsStringAsync());
        seen.Append(await host.NextChangeAsync()).Append(host.Lease(upstream)).Append(host.Gateway.Close(host.Task, 1));
    }
}
