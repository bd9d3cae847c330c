using System.Net;
using Awoc.Core.Agents;
using Awoc.Gateway.Tests.Hosting;
using Awoc.Gateway.Upstreams;

namespace Awoc.Gateway.Tests;

public sealed class UpstreamTests
{
    [Theory]
    [InlineData("/anthropic", "/anthropic/v1/messages?beta=true")]
    [InlineData("/anthropic/", "/anthropic/v1/messages?beta=true")]
    [InlineData("/", "/v1/messages?beta=true")]
    public async Task BaseUrl_WithAPath_IsPutBeforeTheRequests(string basePath, string target)
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync();
        host.Open(new Uri(upstream.BaseUrl, basePath));

        using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask(), path: "/v1/messages?beta=true"));

        Assert.Equal(target, upstream.Only.Target);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(90)]
    [InlineData(200)]
    public async Task UnixSocket_AnyLengthOfPath_IsReached(int nameLength)
    {
        var root = Directory.CreateTempSubdirectory("awoc-gw-");
        var directory = Directory.CreateDirectory(Path.Combine(root.FullName, "with space ü", nameLength > 1 ? new string('d', 60) : "d"));
        var path = Path.Combine(directory.FullName, new string('s', nameLength));

        // The kernel takes no long address for a bind either: bind it short, then move it to where it belongs.
        var shortPath = Path.Combine(root.FullName, "u.sock");
        await using var upstream = ScriptedUpstream.StartOn(shortPath, e => e.RespondAsync(200, Samples.Message));
        File.Move(shortPath, path);
        await using var host = await GatewayHost.StartAsync();
        host.Open(new Uri($"unix://{Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal)}?path=/s/slow"));

        using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask(), path: "/v1/messages?beta=true"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("/s/slow/v1/messages?beta=true", upstream.Only.Target);
        Assert.Equal("localhost", upstream.Only["host"]);
        root.Delete(recursive: true);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(120)]
    public async Task UnixSocket_Absent_Answers502AndCostsNothing(int nameLength)
    {
        await using var host = await GatewayHost.StartAsync();
        host.Open(new Uri($"unix:///nonexistent/{new string('x', nameLength)}.sock"));

        using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask()));

        await AuthenticationTests.AssertRefusedAsync(response, 502, "api_error");
        Assert.Equal(0, (await host.NextChangeAsync()).Usage.Output);
    }

    [Fact]
    public async Task Proxy_OfTheUser_IsUsedForRealUpstreamsAndNotForLoopback()
    {
        await using var proxy = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var local = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync();
        host.Open(new Uri("http://api.example.test"), l => l with { Upstream = l.Upstream with { Proxy = proxy.BaseUrl } });
        host.Open(local.BaseUrl, l => l with { Upstream = l.Upstream with { Proxy = proxy.BaseUrl }, Attempt = 2, Token = "local", LedgerPath = host.LedgerPath + "2" });

        using var far = await host.SendAsync(GatewayHost.Messages(Samples.Ask()));
        using var near = await host.SendAsync(GatewayHost.Messages(Samples.Ask(), "local"));

        Assert.Equal("http://api.example.test/v1/messages", proxy.Only.Target);
        Assert.Equal("/v1/messages", local.Only.Target);
    }

    [Theory]
    [InlineData("http", "POST", 200)]
    [InlineData("https", "CONNECT", 502)]
    public async Task Proxy_WithALogin_GetsItAndTheUpstreamDoesNot(string scheme, string method, int status)
    {
        const string Login = "Basic dXNlcjpwQHNzOndvcmQ="; // user:p@ss:word
        await using var proxy = ScriptedUpstream.Start(e => e switch
        {
            { Request: var r } when r["proxy-authorization"] != Login => e.RespondAsync(407, "{}", "proxy-authenticate: Basic realm=\"x\"\r\n"),
            { Request.Method: "CONNECT" } => e.RespondAsync(502, "{}"),
            _ => e.RespondAsync(200, Samples.Message),
        });
        await using var host = await GatewayHost.StartAsync();
        var address = new UriBuilder(proxy.BaseUrl) { UserName = "user", Password = "p%40ss:word" }.Uri;
        host.Open(new Uri($"{scheme}://api.example.test"), l => l with { Upstream = l.Upstream with { Proxy = address } });

        using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask()));

        Assert.Equal(status, (int)response.StatusCode);
        Assert.DoesNotContain("ss:word", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var last = proxy.Requests.Last();
        Assert.Equal((method, Login), (last.Method, last["proxy-authorization"]));
    }

    [Theory]
    [InlineData("unix:///run/awoc.sock", "/run/awoc.sock", "")]
    [InlineData("unix:/run/awoc.sock", "/run/awoc.sock", "")]
    [InlineData("unix:///a%20b/c.sock?path=/s/slow", "/a b/c.sock", "/s/slow")]
    [InlineData("unix:///a.sock?path=/s/turns,n=5/", "/a.sock", "/s/turns,n=5")]
    public void TryParse_UnixUrl_GivesSocketAndPrefix(string url, string socket, string prefix)
    {
        Assert.True(UnixUpstream.TryParse(new Uri(url), out var path, out var before));
        Assert.Equal((socket, prefix), (path, before));
    }

    [Fact]
    public void ToString_OfATarget_HidesTheSecret()
    {
        var target = new UpstreamTarget("http://x", null, UpstreamAuth.ApiKey, "sk-canary");

        Assert.DoesNotContain("canary", target.ToString(), StringComparison.Ordinal);
    }
}
