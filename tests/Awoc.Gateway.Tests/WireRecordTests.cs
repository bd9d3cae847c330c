using System.Text.Json;
using Awoc.Core.Agents;
using Awoc.Gateway.Tests.Hosting;
using Awoc.Gateway.Wire;

namespace Awoc.Gateway.Tests;

public sealed class WireRecordTests
{
    [Fact]
    public async Task Wire_Asked_KeepsWhatWasSaidAndNoSecret()
    {
        await using var upstream = ScriptedUpstream.Start(async e =>
        {
            await e.StartStreamAsync();
            await e.ChunkAsync(Samples.Whole);
            await e.EndChunksAsync();
        });
        await using var host = await GatewayHost.StartAsync();
        var wire = host.LedgerPath + ".wire";
        host.Open(upstream.BaseUrl, l => l with { WirePath = wire, Allowance = new Allowance(5000) });
        var body = "{\n \"model\":\"claude-test\",\"metadata\":{\"user_id\":\"user_me_account\"},\"max_tokens\":64000,\"messages\":[{\"role\":\"user\",\"content\":" +
            $"\"key sk-ant-api03-AbCdEf_123 and Bearer abcdefgh12345 and {GatewayHost.Token} and sk-real\"}}]}}";
        using var request = GatewayHost.Messages(body);
        request.Headers.Add("x-claude-code-agent-id", "agent-7");

        using var response = await host.SendAsync(request);
        await response.Content.ReadAsByteArrayAsync();
        await host.NextChangeAsync();
        host.Gateway.Close(host.Task, 1);

        var text = Assert.Single(await File.ReadAllLinesAsync(wire));
        using var line = JsonDocument.Parse(text);
        var root = line.RootElement;
        Assert.Equal((1, "agent-7", 3750, 200), (root.GetProperty("n").GetInt32(), root.GetProperty("agent").GetString(), root.GetProperty("cap").GetInt32(), root.GetProperty("status").GetInt32()));
        Assert.Equal(64000, root.GetProperty("request").GetProperty("max_tokens").GetInt32());
        Assert.Equal("redacted", root.GetProperty("request").GetProperty("metadata").GetProperty("user_id").GetString());
        Assert.Equal("key [redacted] and [redacted] and [redacted] and [redacted]", root.GetProperty("request").GetProperty("messages")[0].GetProperty("content").GetString());
        Assert.Equal(Samples.Whole, root.GetProperty("response").GetString());
        Assert.True(root.GetProperty("ms").GetDouble() >= root.GetProperty("ttfbMs").GetDouble());
        foreach (var secret in new[] { "sk-ant-api03", "abcdefgh12345", GatewayHost.Token, "sk-real", "user_me_account" })
        {
            Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
        }

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(wire));

        // What went upstream is untouched by it.
        Assert.Contains("user_me_account", System.Text.Encoding.UTF8.GetString(upstream.Only.Body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wire_TornLastLine_IsNotGluedToTheNext()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync();
        var wire = host.LedgerPath + ".wire";
        await File.WriteAllTextAsync(wire, "{\"n\":1}\n{\"n\":2,\"at\":\"20");
        host.Open(upstream.BaseUrl, l => l with { WirePath = wire });

        using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask()));
        await host.NextChangeAsync();
        host.Gateway.Close(host.Task, 1);

        var lines = await File.ReadAllLinesAsync(wire);
        Assert.Equal(["{\"n\":1}", "{\"n\":2,\"at\":\"20"], lines[..2]);
        using var line = JsonDocument.Parse(Assert.Single(lines[2..]));
        Assert.Equal(200, line.RootElement.GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task Wire_JsonAnswer_IsKeptAsJson()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(529, Samples.Overloaded));
        await using var host = await GatewayHost.StartAsync();
        var wire = host.LedgerPath + ".wire";
        host.Open(upstream.BaseUrl, l => l with { WirePath = wire });

        using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask()));
        await host.NextChangeAsync();
        host.Gateway.Close(host.Task, 1);

        using var line = JsonDocument.Parse(Assert.Single(await File.ReadAllLinesAsync(wire)));
        Assert.Equal("overloaded_error", line.RootElement.GetProperty("response").GetProperty("error").GetProperty("type").GetString());
        Assert.Equal(529, line.RootElement.GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task Wire_SecretStreamedInPieces_IsInNoneOfThem()
    {
        string Delta(string name, string text) =>
            $"event: content_block_delta\ndata: {new System.Text.Json.Nodes.JsonObject { ["type"] = "content_block_delta", ["index"] = 0, ["delta"] = new System.Text.Json.Nodes.JsonObject { [name] = text } }.ToJsonString()}\n\n";
        var stream = Delta("text", "keys: sk-an") + Delta("text", "t-api03-AbC") + Delta("text", "dEf_123, sk") + Delta("text", "-real; Bearer abcd") + Delta("text", "efgh12345 end")
            + "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"del";
        await using var upstream = ScriptedUpstream.Start(async e =>
        {
            await e.StartStreamAsync();
            await e.ChunkAsync(stream);
            await e.EndChunksAsync();
        });
        await using var host = await GatewayHost.StartAsync();
        var wire = host.LedgerPath + ".wire";
        host.Open(upstream.BaseUrl, l => l with { WirePath = wire });

        using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask()));
        Assert.Equal(stream, await response.Content.ReadAsStringAsync());
        await host.NextChangeAsync();
        host.Gateway.Close(host.Task, 1);

        using var line = JsonDocument.Parse(Assert.Single(await File.ReadAllLinesAsync(wire)));
        var kept = line.RootElement.GetProperty("response").GetString()!;
        Assert.Equal(
            Delta("text", "keys: [redacted]") + Delta("text", "") + Delta("text", ", [redacted]") + Delta("text", "; [redacted]") + Delta("text", " end")
            + "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"del",
            kept);
    }

    [Fact]
    public async Task Wire_RehearsalServersKey_IsNotTakenForASecret()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(529, """{"said":"a rehearsal"}"""));
        await using var host = await GatewayHost.StartAsync();
        var wire = host.LedgerPath + ".wire";
        host.Open(upstream.BaseUrl, l => l with { WirePath = wire, Upstream = l.Upstream with { Secret = "rehearsal" } });

        using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask()));
        await host.NextChangeAsync();
        host.Gateway.Close(host.Task, 1);

        Assert.Contains("a rehearsal", Assert.Single(await File.ReadAllLinesAsync(wire)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wire_CannotBeWritten_HarmsNoCall()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl, l => l with { WirePath = "/nonexistent/wire.jsonl" });

        using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask()));

        Assert.Equal(Samples.Message, await response.Content.ReadAsStringAsync());
        Assert.Equal(42, (await host.NextChangeAsync()).Usage.Output);
    }

    [Fact]
    public async Task Wire_NotAsked_HasNoFile()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);

        using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask()));
        await host.NextChangeAsync();

        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(host.LedgerPath)!, "*wire*"));
    }

    [Fact]
    public void Tap_LongAnswer_IsCutAtItsBound()
    {
        var tap = new WireTap([], null);
        tap.Received(new byte[WireTap.MaxResponseBytes - 1]);
        Assert.False(tap.Cut);
        tap.Received(new byte[2]);
        tap.Received(new byte[2]);
        Assert.Equal((true, WireTap.MaxResponseBytes), (tap.Cut, tap.Response.Length));
    }
}
