using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Awoc.Core.Agents;
using Awoc.Gateway.Tests.Hosting;

namespace Awoc.Gateway.Tests;

public sealed class AuthenticationTests
{
    private const string Login = "Bearer sk-ant-oat-the-users-own";

    [Theory]
    [InlineData("x-api-key")]
    [InlineData("bearer")]
    [InlineData("path")]
    public async Task Token_AnyPlace_IsReplacedByTheKey(string place)
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);
        using var request = Request(place);

        using var response = await host.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("sk-real", upstream.Only["x-api-key"]);
        Assert.Null(upstream.Only["authorization"]);
        Assert.Equal("/v1/messages?beta=true", upstream.Only.Target);
        Assert.DoesNotContain(GatewayHost.Token, upstream.Only.Head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_BearerUpstream_IsReplacedByTheBearer()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl, l => l with { Upstream = new ModelUpstream(upstream.BaseUrl, UpstreamAuth.Bearer, "real-bearer\n") });

        using var response = await host.SendAsync(Request("x-api-key"));

        Assert.Equal("Bearer real-bearer", upstream.Only["authorization"]);
        Assert.Null(upstream.Only["x-api-key"]);
    }

    [Fact]
    public async Task PassThrough_TokenInPath_TheAgentsOwnLoginGoesOnUntouched()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl, l => l with { Upstream = new ModelUpstream(upstream.BaseUrl, UpstreamAuth.PassThrough, null) });
        using var request = Request("path");
        request.Headers.TryAddWithoutValidation("authorization", Login);

        using var response = await host.SendAsync(request);

        Assert.Equal(Login, upstream.Only["authorization"]);
        Assert.Equal("/v1/messages?beta=true", upstream.Only.Target);
        Assert.DoesNotContain(Login["Bearer ".Length..], host.Ledger + string.Join('\n', host.Logs.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PassThrough_TokenInHeader_NeverGoesUpstream()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(401, "{}"));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl, l => l with { Upstream = new ModelUpstream(upstream.BaseUrl, UpstreamAuth.PassThrough, null) });
        using var request = Request("x-api-key");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", GatewayHost.Token);

        using var response = await host.SendAsync(request);

        Assert.DoesNotContain(GatewayHost.Token, upstream.Only.Head, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/messages", "wrong")]
    [InlineData("/v1/messages", null)]
    [InlineData("/v1/messages", "")]
    [InlineData("/a/wrong/v1/messages", GatewayHost.Token)]
    [InlineData("/a/", null)]
    [InlineData("/", null)]
    public async Task Token_WrongOrMissing_Answers401AndForwardsNothing(string path, string? token)
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);
        using var request = GatewayHost.Messages(Samples.Ask(), null, path);
        if (token is not null) request.Headers.TryAddWithoutValidation("x-api-key", token);

        using var response = await host.SendAsync(request);

        await AssertRefusedAsync(response, 401, "authentication_error");
        Assert.Empty(upstream.Requests);
        Assert.Empty(host.Ledger);
    }

    [Fact]
    public async Task Token_OfAClosedAttempt_Answers401()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);
        Assert.NotNull(host.Gateway.Close(host.Task, 1));

        using var response = await host.SendAsync(Request("x-api-key"));

        await AssertRefusedAsync(response, 401, "authentication_error");
        Assert.Empty(upstream.Requests);
        Assert.Null(host.Gateway.Find(host.Task, 1));
        Assert.Null(host.Gateway.Close(host.Task, 1));
    }

    [Fact]
    public async Task Token_OfAnotherGateway_Answers401()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var theirs = await GatewayHost.StartAsync();
        await using var ours = await GatewayHost.StartAsync();
        theirs.Open(upstream.BaseUrl);
        ours.Open(upstream.BaseUrl, l => l with { Token = "another" });

        using var response = await ours.SendAsync(Request("x-api-key"));

        await AssertRefusedAsync(response, 401, "authentication_error");
        Assert.Empty(upstream.Requests);
    }

    [Fact]
    public async Task Tokens_OfTwoAttempts_SpendFromTheirOwnBudgets()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);
        host.Open(upstream.BaseUrl, l => l with { Attempt = 2, Token = "second", LedgerPath = host.LedgerPath + "2" });

        using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask(), "second"));
        await host.NextChangeAsync();

        Assert.Equal(0, host.Record.Requests);
        Assert.Equal(42, host.Gateway.Find(host.Task, 2)!.Usage.Output);
    }

    [Theory]
    [InlineData("ftp://example.org")]
    [InlineData("unix://host/x.sock")]
    [InlineData("unix:///x.sock?prefix=/a")]
    public async Task Open_UnsuitableUpstream_Throws(string url)
    {
        await using var host = await GatewayHost.StartAsync();

        var fault = Assert.Throws<ArgumentException>(() => host.Open(new Uri(url)));

        Assert.Contains(url, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_TokenOfAnotherAttempt_Throws()
    {
        await using var host = await GatewayHost.StartAsync();
        host.Open(new Uri("http://127.0.0.1:1"));

        Assert.Throws<ArgumentException>(() => host.Open(new Uri("http://127.0.0.1:1"), l => l with { Attempt = 2 }));
        Assert.Null(host.Gateway.Find(host.Task, 2));
    }

    private static HttpRequestMessage Request(string place)
    {
        var path = place == "path" ? $"/a/{GatewayHost.Token}/v1/messages?beta=true" : "/v1/messages?beta=true";
        var request = GatewayHost.Messages(Samples.Ask(), place == "x-api-key" ? GatewayHost.Token : null, path);
        if (place == "bearer") request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", GatewayHost.Token);
        return request;
    }

    internal static async Task<string> AssertRefusedAsync(HttpResponseMessage response, int status, string type)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        using var json = JsonDocument.Parse(text);
        Assert.Equal("error", json.RootElement.GetProperty("type").GetString());
        var error = json.RootElement.GetProperty("error");
        Assert.Equal(type, error.GetProperty("type").GetString());
        var message = error.GetProperty("message").GetString()!;
        Assert.StartsWith("AWOC: ", message, StringComparison.Ordinal);
        return message;
    }
}
