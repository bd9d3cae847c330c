using System.IO.Compression;
using System.Net;
using System.Text;
using Awoc.Core.Agents;
using Awoc.Gateway.Tests.Hosting;

namespace Awoc.Gateway.Tests;

public sealed class PassThroughTests
{
    [Fact]
    public async Task Messages_AnyBody_PassesByteForByteBothWays()
    {
        // Odd white space, a field nobody knows, escapes that a re-serialization would change, and no newline at the end.
        const string Body = "{ \"max_tokens\" :\t10,\n\"zzz_unknown\":[1.0, 1e3, \"\\u00e9\\/\"],\"messages\":[],  \"model\":\"m\" }\r\n ";
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message, "request-id: req_7\r\nanthropic-organization-id: org\r\n"));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);
        using var request = GatewayHost.Messages(Body, path: "/v1/messages?beta=true&x=%2F%20y");
        request.Headers.Add("anthropic-version", "2023-06-01");
        request.Headers.Add("anthropic-beta", "a-1,b-2");
        request.Headers.TryAddWithoutValidation("user-agent", "claude-cli/9 (x)");

        using var response = await host.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(Samples.Message, await response.Content.ReadAsStringAsync());
        Assert.Equal("req_7", response.Headers.GetValues("request-id").Single());
        Assert.Equal("org", response.Headers.GetValues("anthropic-organization-id").Single());
        var seen = upstream.Only;
        Assert.Equal(Body, Encoding.UTF8.GetString(seen.Body));
        Assert.Equal("/v1/messages?beta=true&x=%2F%20y", seen.Target);
        Assert.Equal("2023-06-01", seen["anthropic-version"]);
        Assert.Equal("a-1,b-2", seen["anthropic-beta"]);
        Assert.Equal("claude-cli/9 (x)", seen["user-agent"]);
        Assert.Equal(upstream.BaseUrl.Authority, seen["host"]);
        Assert.Equal("identity", seen["accept-encoding"]);
        Assert.DoesNotContain("forwarded", seen.Head, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("traceparent", seen.Head, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Messages_Streamed_EachChunkArrivesBeforeTheNextIsSent()
    {
        var read = new SemaphoreSlim(0);
        string[] chunks = [Samples.Start[..30], Samples.Start[30..], Samples.Text, Samples.Delta[..^1], "\n" + Samples.Stop];
        await using var upstream = ScriptedUpstream.Start(async e =>
        {
            await e.StartStreamAsync();
            foreach (var chunk in chunks)
            {
                await e.ChunkAsync(chunk);
                await read.WaitAsync(e.Stop);
            }

            await e.EndChunksAsync();
        });
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);

        using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask()));
        await using var body = await response.Content.ReadAsStreamAsync();
        foreach (var chunk in chunks)
        {
            var bytes = new byte[Encoding.UTF8.GetByteCount(chunk)];
            await body.ReadExactlyAsync(bytes).AsTask().WaitAsync(GatewayHost.Patience);
            Assert.Equal(chunk, Encoding.UTF8.GetString(bytes));
            read.Release();
        }

        Assert.Equal(0, await body.ReadAsync(new byte[1]));
        Assert.Equal(42, (await host.NextChangeAsync()).Usage.Output);
    }

    [Fact]
    public async Task Messages_InvalidSse_PassesByteForByteAndCountsItsCap()
    {
        var bytes = new byte[70_000];
        new Random(7).NextBytes(bytes);
        byte[] body = [.. Encoding.UTF8.GetBytes(Samples.Start + "data: {\"type\":\"message_delta\",\"usage\":\n\n"), .. bytes, 0xFF, 0xFE, (byte)'\n'];
        await using var upstream = ScriptedUpstream.Start(async e =>
        {
            await e.StartStreamAsync();
            await e.ChunkAsync(body.AsMemory(0, 1));
            await e.ChunkAsync(body.AsMemory(1, 1000));
            await e.ChunkAsync(body.AsMemory(1001));
            await e.EndChunksAsync();
        });
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);

        using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask(maxTokens: 777)));

        Assert.Equal(body, await response.Content.ReadAsByteArrayAsync());
        var usage = (await host.NextChangeAsync()).Usage;
        Assert.Equal((777, 25, true), (usage.Output, usage.Input, usage.Estimated));
    }

    [Fact]
    public async Task Messages_HeadersThenSilence_ClientGetsTheHeaders()
    {
        var goOn = new TaskCompletionSource();
        await using var upstream = ScriptedUpstream.Start(async e =>
        {
            await e.StartStreamAsync();
            await goOn.Task.WaitAsync(e.Stop);
            await e.ChunkAsync(Samples.Whole);
            await e.EndChunksAsync();
        });
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);

        using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask())).WaitAsync(GatewayHost.Patience);

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        goOn.SetResult();
        Assert.Equal(Samples.Whole, await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData(429)]
    [InlineData(529)]
    [InlineData(400)]
    public async Task Messages_UpstreamError_PassesAsItIsAndCostsNothing(int status)
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(status, Samples.Overloaded, "retry-after: 17\r\nanthropic-ratelimit-requests-remaining: 0\r\nx-should-retry: true\r\n"));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);

        using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask()));

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(Samples.Overloaded, await response.Content.ReadAsStringAsync());
        Assert.Equal("17", response.Headers.GetValues("retry-after").Single());
        Assert.Equal("0", response.Headers.GetValues("anthropic-ratelimit-requests-remaining").Single());
        Assert.Equal("true", response.Headers.GetValues("x-should-retry").Single());
        var record = await host.NextChangeAsync();
        Assert.Equal((0, status, "overloaded_error", 1, 0), (record.Usage.Output, record.LastStatus, record.LastErrorType, record.Requests, record.OpenRequests));
        Assert.False(record.Usage.Estimated);
    }

    [Fact]
    public async Task Messages_CompressedAgainstOurWord_PassesByteForByteAndCountsItsCap()
    {
        using var buffer = new MemoryStream();
        await using (var gzip = new GZipStream(buffer, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(Encoding.UTF8.GetBytes(Samples.Message));
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, "application/json", buffer.ToArray(), "content-encoding: gzip\r\n"));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);
        using var request = GatewayHost.Messages(Samples.Ask(maxTokens: 50));
        request.Headers.Add("accept-encoding", "gzip, br");

        using var response = await host.SendAsync(request);

        Assert.Equal(buffer.ToArray(), await response.Content.ReadAsByteArrayAsync());
        Assert.Equal("gzip", response.Content.Headers.ContentEncoding.Single());
        Assert.Equal("identity", upstream.Only["accept-encoding"]);
        var usage = (await host.NextChangeAsync()).Usage;
        Assert.Equal((50, true), (usage.Output, usage.Estimated));
    }

    [Fact]
    public async Task Messages_RedirectAndCookie_AreTheAgentsOwnBusiness()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(307, "{}", "location: /elsewhere\r\nset-cookie: a=b\r\n"));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);

        using (var first = await host.SendAsync(GatewayHost.Messages(Samples.Ask())))
        {
            Assert.Equal(307, (int)first.StatusCode);
            Assert.Equal("/elsewhere", first.Headers.Location!.OriginalString);
            Assert.Equal("a=b", first.Headers.GetValues("set-cookie").Single());
            await first.Content.ReadAsByteArrayAsync();
        }

        using var second = await host.SendAsync(GatewayHost.Messages(Samples.Ask()));

        Assert.Equal(2, upstream.Requests.Count);
        Assert.All(upstream.Requests, r => Assert.Null(r["cookie"]));
    }

    [Fact]
    public async Task Messages_ChunkedRequestWithExpect_IsForwardedWhole()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);
        using var request = GatewayHost.Messages(Samples.Ask());
        request.Headers.TransferEncodingChunked = true;
        request.Headers.ExpectContinue = true;

        using var response = await host.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(Samples.Ask(), Encoding.UTF8.GetString(upstream.Only.Body));
        Assert.Null(upstream.Only["expect"]);
    }

    [Theory]
    [InlineData("POST", "/v1/messages/count_tokens?beta=true", "{\"input_tokens\":12}")]
    [InlineData("GET", "/v1/models?limit=5", "{\"data\":[]}")]
    [InlineData("GET", "/v1/models/claude-x", "{\"id\":\"claude-x\"}")]
    [InlineData("GET", "/", "{}")]
    public async Task OtherRoutes_Forwarded_CostNothingAndLeaveTheRecordAlone(string method, string path, string answer)
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, answer));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl, lease => lease with { Allowance = new Allowance(0) });
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Add("x-api-key", GatewayHost.Token);
        if (method == "POST") request.Content = new StringContent("not json at all");

        using var response = await host.SendAsync(request);

        Assert.Equal(answer, await response.Content.ReadAsStringAsync());
        Assert.Equal(path, upstream.Only.Target);
        Assert.Equal("sk-real", upstream.Only["x-api-key"]);
        Assert.Equal((0L, 0, null), (host.Record.Usage.Output, host.Record.Requests, host.Record.LastStatus));
    }

    [Fact]
    public async Task Head_Root_IsForwarded()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.WriteAsync("HTTP/1.1 404 Not Found\r\ncontent-length: 9\r\n\r\n"));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);
        using var request = new HttpRequestMessage(HttpMethod.Head, $"/a/{GatewayHost.Token}");

        using var response = await host.SendAsync(request);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal(("HEAD", "/"), (upstream.Only.Method, upstream.Only.Target));
        Assert.Null(host.Record.LastStatus);
    }
}
