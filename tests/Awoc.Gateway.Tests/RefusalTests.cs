using System.Net;
using System.Text;
using Awoc.Core.Agents;
using Awoc.Gateway.Tests.Hosting;

namespace Awoc.Gateway.Tests;

public sealed class RefusalTests
{
    [Theory]
    [InlineData("POST", "/v1/complete")]
    [InlineData("DELETE", "/v1/models/x")]
    [InlineData("GET", "/v1/messages")]
    [InlineData("POST", "/v1/messages/batches")]
    [InlineData("POST", "/v1/messages/")]
    [InlineData("GET", "/v1/models-x")]
    [InlineData("POST", "/")]
    public async Task Route_Unknown_Answers404AndForwardsNothing(string method, string path)
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Add("x-api-key", GatewayHost.Token);

        using var response = await host.SendAsync(request);

        await AuthenticationTests.AssertRefusedAsync(response, 404, "not_found_error");
        Assert.Empty(upstream.Requests);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Body_Over32Megabytes_Answers413AndForwardsNothing(bool chunked)
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);
        using var request = GatewayHost.Messages(Padded(32 * 1024 * 1024 + 1));
        request.Headers.TransferEncodingChunked = chunked;

        using var response = await host.SendAsync(request);

        await AuthenticationTests.AssertRefusedAsync(response, 413, "request_too_large");
        Assert.Empty(upstream.Requests);

        // The connection is as good as before.
        using var next = await host.SendAsync(GatewayHost.Messages(Samples.Ask()));
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Body_Of100Megabytes_Answers413AndIsNotKept(bool chunked)
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/messages") { Content = new ZerosContent(100 * 1024 * 1024, chunked) };
        request.Headers.Add("x-api-key", GatewayHost.Token);

        using var response = await host.SendAsync(request);

        await AuthenticationTests.AssertRefusedAsync(response, 413, "request_too_large");
        Assert.Empty(upstream.Requests);
    }

    [Fact]
    public async Task Body_AnnouncedAs100Megabytes_IsAnsweredBeforeAnyOfItIsSent()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);
        using var socket = new System.Net.Sockets.Socket(
            System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        await socket.ConnectAsync(new System.Net.Sockets.UnixDomainSocketEndPoint(host.SocketPath));
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"POST /v1/messages HTTP/1.1\r\nhost: x\r\nx-api-key: {GatewayHost.Token}\r\ncontent-length: 104857600\r\n\r\n"));

        var answer = new byte[64];
        var count = await socket.ReceiveAsync(answer).WaitAsync(GatewayHost.Patience);

        Assert.StartsWith("HTTP/1.1 413", Encoding.ASCII.GetString(answer, 0, count), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_Of32Megabytes_PassesByteForByte()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);
        var body = Padded(32 * 1024 * 1024);

        using var response = await host.SendAsync(GatewayHost.Messages(body));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(upstream.Only.Body.AsSpan().SequenceEqual(body));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"max_tokens\":10")]
    [InlineData("[{\"max_tokens\":10}]")]
    [InlineData("{\"max_tokens\":10} trailing")]
    [InlineData("{\"model\":\"m\"}")]
    [InlineData("{\"max_tokens\":-1}")]
    [InlineData("{\"max_tokens\":\"10\"}")]
    [InlineData("{\"max_tokens\":1.5}")]
    [InlineData("{\"inner\":{\"max_tokens\":10}}")]
    public async Task Body_WithoutACap_Answers400AndForwardsNothing(string body)
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);

        using var response = await host.SendAsync(GatewayHost.Messages(body));

        await AuthenticationTests.AssertRefusedAsync(response, 400, "invalid_request_error");
        Assert.Empty(upstream.Requests);
        Assert.Empty(host.Ledger);
    }

    [Fact]
    public async Task Body_Compressed_Answers400()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);
        using var request = GatewayHost.Messages(Samples.Ask());
        request.Content!.Headers.ContentEncoding.Add("gzip");

        using var response = await host.SendAsync(request);

        await AuthenticationTests.AssertRefusedAsync(response, 400, "invalid_request_error");
        Assert.Empty(upstream.Requests);
    }

    [Fact]
    public async Task Body_DeeplyNested_IsForwarded()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);
        var body = $"{{\"messages\":{new string('[', 500)}{new string(']', 500)},\"max_tokens\":1}}";

        using var response = await host.SendAsync(GatewayHost.Messages(body));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(body, Encoding.UTF8.GetString(upstream.Only.Body));
    }

    [Fact]
    public async Task Budget_Spent_Answers400AndCountsTheRefusal()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl, l => l with { Allowance = new Allowance(62) });
        using (var first = await host.SendAsync(GatewayHost.Messages(Samples.Ask()))) await first.Content.ReadAsByteArrayAsync();
        Assert.Equal(42, (await host.NextChangeAsync()).Usage.Output);

        using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask()));

        var message = await AuthenticationTests.AssertRefusedAsync(response, 400, "invalid_request_error");
        Assert.Equal($"AWOC: token budget of task {host.Task.Handle}: 42 used, 31 kept for the report", message);
        Assert.Equal("{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"" + message + "\"}}", await response.Content.ReadAsStringAsync());
        var record = await host.NextChangeAsync();
        Assert.Equal((1, 1, 42, 200), (record.BudgetRefusals, record.Requests, record.Usage.Output, record.LastStatus));
        Assert.Single(upstream.Requests);
    }

    [Fact]
    public async Task Budget_OneTokenLeft_StillForwards()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl, l => l with { Allowance = new Allowance(1) });

        using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask()));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Ledger_Unwritable_Answers503UntilItCanBeWritten()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync();
        Directory.CreateDirectory(host.LedgerPath);
        host.Open(upstream.BaseUrl);

        using (var held = await host.SendAsync(GatewayHost.Messages(Samples.Ask())))
        {
            await AuthenticationTests.AssertRefusedAsync(held, 503, "overloaded_error");
        }

        Assert.Empty(upstream.Requests);
        Directory.Delete(host.LedgerPath);
        using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask()));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Single(upstream.Requests);
    }

    private static byte[] Padded(int length)
    {
        var body = new byte[length];
        body.AsSpan().Fill((byte)' ');
        Encoding.UTF8.GetBytes(Samples.Ask()).CopyTo(body, 0);
        return body;
    }

    /// <summary>A body that is never in memory as a whole.</summary>
    private sealed class ZerosContent(long length, bool chunked) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var piece = new byte[64 * 1024];
            for (long sent = 0; sent < length; sent += piece.Length) await stream.WriteAsync(piece);
        }

        protected override bool TryComputeLength(out long computed)
        {
            computed = length;
            return !chunked;
        }
    }
}
