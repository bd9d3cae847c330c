using System.Text.Json;
using Awoc.Core.Budgets;
using Awoc.Gateway.Tests.Hosting;

namespace Awoc.Gateway.Tests;

public sealed class SettlementTests
{
    [Fact]
    public async Task Streamed_WholeAnswer_CountsWhatTheWireSays()
    {
        await using var upstream = ScriptedUpstream.Start(StreamWholeAsync);
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);

        using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask()));
        Assert.Equal(Samples.Whole, await response.Content.ReadAsStringAsync());

        var record = await host.NextChangeAsync();
        Assert.Equal(new Usage(Output: 42, Thinking: 12, Input: 25, CacheRead: 300, CacheWrite: 7), record.Usage);
        Assert.Equal((200, "end_turn", null, 1, 0), (record.LastStatus, record.LastStopReason, record.LastErrorType, record.Requests, record.OpenRequests));
    }

    [Fact]
    public async Task Whole_Answer_CountsWhatTheWireSays()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);

        using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask(stream: false)));

        Assert.Equal(new Usage(Output: 42, Input: 25, CacheRead: 300, CacheWrite: 7), (await host.NextChangeAsync()).Usage);
    }

    [Fact]
    public async Task Client_LeavesInMidStream_UpstreamIsCutAndWhatMayHaveBeenGeneratedCounts()
    {
        var gone = new TaskCompletionSource();
        await using var upstream = ScriptedUpstream.Start(async e =>
        {
            await e.StartStreamAsync();
            await e.ChunkAsync(Samples.Start + Samples.Text);
            await e.GoneAsync();
            gone.SetResult();
        });
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);

        using (var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask(maxTokens: 9000))))
        {
            await using var body = await response.Content.ReadAsStreamAsync();
            Assert.NotEqual(0, await body.ReadAsync(new byte[10]));
            Assert.Equal(1, host.Record.OpenRequests);
        }

        await gone.Task.WaitAsync(GatewayHost.Patience);
        var record = await host.NextChangeAsync();
        Assert.InRange(record.Usage.Output, 768, 4000);
        Assert.Equal(new Usage(Output: record.Usage.Output, Input: 25, CacheRead: 300, CacheWrite: 7) { Estimated = true }, record.Usage);
        Assert.Equal((200, 0), (record.LastStatus, record.OpenRequests));
    }

    [Fact]
    public async Task Client_LeavesAfterTheFinalUsage_NothingIsEstimated()
    {
        await using var upstream = ScriptedUpstream.Start(async e =>
        {
            await e.StartStreamAsync();
            await e.ChunkAsync(Samples.Start + Samples.Text + Samples.Delta);
            await e.GoneAsync();
        });
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);

        using (var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask())))
        {
            await using var body = await response.Content.ReadAsStreamAsync();
            await body.ReadExactlyAsync(new byte[(Samples.Start + Samples.Text + Samples.Delta).Length]);
        }

        var usage = (await host.NextChangeAsync()).Usage;
        Assert.Equal((42, false), (usage.Output, usage.Estimated));
    }

    /// <summary>Of a stream, what may have been generated until then; of an answer that comes whole, its cap.</summary>
    [Theory]
    [InlineData(true, 768, 2000)]
    [InlineData(false, 9000, 9000)]
    public async Task Client_LeavesBeforeAnyAnswer_WhatMayHaveBeenGeneratedCounts(bool stream, long least, long most)
    {
        var asked = new TaskCompletionSource();
        await using var upstream = ScriptedUpstream.Start(async e =>
        {
            asked.SetResult();
            await e.GoneAsync();
        });
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);
        using var leave = new CancellationTokenSource();

        var sending = host.Client.SendAsync(GatewayHost.Messages(Samples.Ask(maxTokens: 9000, stream)), leave.Token);
        await asked.Task.WaitAsync(GatewayHost.Patience);
        await leave.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        var record = await host.NextChangeAsync();
        Assert.InRange(record.Usage.Output, least, most);
        Assert.Equal((true, null), (record.Usage.Estimated, record.LastStatus));
    }

    [Fact]
    public async Task Upstream_CutsInMidStream_TheClientSeesItAndTheCapCountsWholly()
    {
        var cut = new TaskCompletionSource();
        await using var upstream = ScriptedUpstream.Start(async e =>
        {
            await e.StartStreamAsync();
            await e.ChunkAsync(Samples.Start + Samples.Text);
            await cut.Task.WaitAsync(e.Stop);
            e.Cut();
        });
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);

        using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask(maxTokens: 9000)));
        await using var body = await response.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[Samples.Start.Length]);
        cut.SetResult();

        await Assert.ThrowsAnyAsync<Exception>(async () => await body.CopyToAsync(Stream.Null));
        var usage = (await host.NextChangeAsync()).Usage;
        Assert.Equal((9000, true), (usage.Output, usage.Estimated));
    }

    /// <summary>What came of an answer that cannot be read bounds nothing: here a few bytes may stand for a thousand tokens.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Compressed_StreamWhoseReaderWent_TheCapCounts(bool closed)
    {
        await using var upstream = ScriptedUpstream.Start(async e =>
        {
            await e.StartStreamAsync("content-encoding: gzip\r\n");
            await e.ChunkAsync("\u001f-some-bytes");
            await e.GoneAsync();
        });
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);
        using (var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask(maxTokens: 9000))))
        {
            await using var body = await response.Content.ReadAsStreamAsync();
            Assert.NotEqual(0, await body.ReadAsync(new byte[4]));

            // As the next daemon would read it, had this one died here.
            Assert.Equal(9000, host.Gateway.Read(host.LedgerPath).Usage.Output);
            if (closed) host.Gateway.Close(host.Task, 1);
        }

        var usage = (await host.NextChangeAsync()).Usage;
        Assert.Equal((9000, true), (usage.Output, usage.Estimated));
    }

    [Fact]
    public async Task Client_LeavesBeforeTheFirstByteAgainAndAgain_ItsInputCountsUntilItsLimit()
    {
        var asked = new SemaphoreSlim(0);
        await using var upstream = ScriptedUpstream.Start(async e =>
        {
            asked.Release();
            await e.GoneAsync();
        });
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl, l => l with { Allowance = new Core.Agents.Allowance(100_000, InputTokens: 20_000) });
        var body = Samples.Ask(maxTokens: 300).Replace("\"hi\"", $"\"{new string('x', 30_000)}\"", StringComparison.Ordinal);

        for (var i = 1; i <= 2; i++)
        {
            using var leave = new CancellationTokenSource();
            var sending = host.Client.SendAsync(GatewayHost.Messages(body), leave.Token);
            await asked.WaitAsync(GatewayHost.Patience);
            await leave.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);

            // Half a token for each byte: nothing better is known before an answer, and the estimate itself teaches nothing.
            Assert.InRange((await host.NextChangeAsync()).Usage.Input, 15_000 * i, 15_100 * i);
        }

        Assert.Equal(host.Record.Usage, host.Gateway.Read(host.LedgerPath).Usage);
        using var refused = await host.SendAsync(GatewayHost.Messages(body));
        var message = await AuthenticationTests.AssertRefusedAsync(refused, 400, "invalid_request_error");
        Assert.StartsWith($"AWOC: input budget of task {host.Task.Handle}: ", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ledger_WhoseDaemonDiedBeforeTheFirstByte_CountsTheInputToo()
    {
        var asked = new TaskCompletionSource();
        await using var upstream = ScriptedUpstream.Start(async e =>
        {
            asked.SetResult();
            await e.GoneAsync();
        });
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);
        using var leave = new CancellationTokenSource();
        var sending = host.Client.SendAsync(GatewayHost.Messages(Samples.Ask()), leave.Token);
        await asked.Task.WaitAsync(GatewayHost.Patience);

        Assert.Equal((Samples.Ask().Length / 2) + 1, host.Gateway.Read(host.LedgerPath).Usage.Input);

        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    [Fact]
    public async Task Upstream_EndsTheStreamWithoutAStop_TheCapCounts()
    {
        await using var upstream = ScriptedUpstream.Start(async e =>
        {
            await e.StartStreamAsync();
            await e.ChunkAsync(Samples.Start + Samples.Text);
            await e.EndChunksAsync();
        });
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);

        using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask(maxTokens: 900)));

        Assert.Equal(Samples.Start + Samples.Text, await response.Content.ReadAsStringAsync());
        Assert.Equal(900, (await host.NextChangeAsync()).Usage.Output);
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 900)]
    public async Task Upstream_ErrorEvent_CostsNothingOnlyBeforeTheAnswerBegan(bool begun, long output)
    {
        await using var upstream = ScriptedUpstream.Start(async e =>
        {
            await e.StartStreamAsync();
            if (begun) await e.ChunkAsync(Samples.Start);
            await e.ChunkAsync($"event: error\ndata: {Samples.Overloaded}\n\n");
            await e.EndChunksAsync();
        });
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);

        using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask(maxTokens: 900)));

        var record = await host.NextChangeAsync();
        Assert.Equal((output, "overloaded_error", 200), (record.Usage.Output, record.LastErrorType, record.LastStatus));
    }

    [Fact]
    public async Task Upstream_Absent_Answers502AndCostsNothing()
    {
        await using var host = await GatewayHost.StartAsync();
        var absent = ScriptedUpstream.Absent();
        host.Open(absent);

        using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask()));

        var message = await AuthenticationTests.AssertRefusedAsync(response, 502, "api_error");
        Assert.Equal($"AWOC: the model API at {absent.Authority} cannot be reached: Connection refused", message);
        var record = await host.NextChangeAsync();
        Assert.Equal((0, false, null, 1, 0), (record.Usage.Output, record.Usage.Estimated, record.LastStatus, record.Requests, record.OpenRequests));
    }

    [Fact]
    public async Task Upstream_ClosesAfterTheRequest_Answers502AndTheCapCounts()
    {
        await using var upstream = ScriptedUpstream.Start(e =>
        {
            e.Cut();
            return Task.CompletedTask;
        });
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);

        using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask(maxTokens: 900)));

        await AuthenticationTests.AssertRefusedAsync(response, 502, "api_error");
        Assert.Equal(900, (await host.NextChangeAsync()).Usage.Output);
    }

    [Fact]
    public async Task Upstream_SilentBeyondTheActivityTimeout_Answers504()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.GoneAsync());
        await using var host = await GatewayHost.StartAsync(new GatewayOptions { ActivityTimeout = TimeSpan.FromMilliseconds(300) });
        host.Open(upstream.BaseUrl);

        using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask(maxTokens: 900)));

        await AuthenticationTests.AssertRefusedAsync(response, 504, "timeout_error");
        Assert.Equal(900, (await host.NextChangeAsync()).Usage.Output);
    }

    [Fact]
    public async Task Upstream_SpeaksNoHttp_Answers502()
    {
        await using var upstream = ScriptedUpstream.Start(async e =>
        {
            await e.WriteAsync("SSH-2.0-OpenSSH_9.2\r\n\r\n");
            e.Cut();
        });
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);

        using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask()));

        await AuthenticationTests.AssertRefusedAsync(response, 502, "api_error");
    }

    [Fact]
    public async Task Close_UnderWay_SettlesAtOnceAndCutsBothSides()
    {
        var gone = new TaskCompletionSource();
        await using var upstream = ScriptedUpstream.Start(async e =>
        {
            await e.StartStreamAsync();
            await e.ChunkAsync(Samples.Start);
            await e.GoneAsync();
            gone.SetResult();
        });
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);
        using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask(maxTokens: 9000)));
        await using var body = await response.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[Samples.Start.Length]);

        var record = host.Gateway.Close(host.Task, 1)!;

        // A quarter of the bytes that came and some more, far below its cap: the rest is not spent from what it shares with others.
        Assert.InRange(record.Usage.Output, 768, 2000);
        Assert.Equal((true, 0), (record.Usage.Estimated, record.OpenRequests));
        Assert.Equal(record, await host.NextChangeAsync());
        await Assert.ThrowsAnyAsync<Exception>(async () => await body.CopyToAsync(Stream.Null));
        await gone.Task.WaitAsync(GatewayHost.Patience);
        Assert.Equal(2, host.Ledger.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Close_WhileItIsTold_HoldsUpNoOtherAttempt()
    {
        await using var upstream = ScriptedUpstream.Start(async e =>
        {
            await e.StartStreamAsync();
            await e.ChunkAsync(Samples.Start);
            await e.GoneAsync();
        });
        await using var host = await GatewayHost.StartAsync();
        var answered = new List<bool>();

        // Whoever is told holds the closing thread, as a slow disk would.
        host.Open(upstream.BaseUrl, l => l with { Changed = _ => answered.Add(Task.Run(() => host.Gateway.Find(host.Task, 2)).Wait(GatewayHost.Patience)) });
        host.Open(upstream.BaseUrl, l => l with { Attempt = 2, Token = "second", LedgerPath = host.LedgerPath + "2" });
        using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask()));

        host.Gateway.Close(host.Task, 1);

        Assert.Equal([true], answered);
    }

    [Fact]
    public async Task Close_BeforeTheAnswer_Answers401()
    {
        var asked = new TaskCompletionSource();
        await using var upstream = ScriptedUpstream.Start(async e =>
        {
            asked.SetResult();
            await e.GoneAsync();
        });
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);
        var sending = host.SendAsync(GatewayHost.Messages(Samples.Ask()));
        await asked.Task.WaitAsync(GatewayHost.Patience);

        host.Gateway.Close(host.Task, 1);

        using var response = await sending;
        await AuthenticationTests.AssertRefusedAsync(response, 401, "authentication_error");
    }

    [Fact]
    public async Task Changed_ManyAtOnce_IsToldInOrderAndMayAskBack()
    {
        const int Many = 40;
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync();
        var told = new List<long>();
        var all = new TaskCompletionSource();
        host.Open(upstream.BaseUrl, l => l with
        {
            Changed = record =>
            {
                Assert.True(host.Record.Usage.Output >= record.Usage.Output);
                told.Add(record.Usage.Output);
                if (told.Count == Many) all.SetResult();
                throw new InvalidOperationException("a listener's own fault");
            },
        });

        await Task.WhenAll(Enumerable.Range(0, Many).Select(async _ =>
        {
            using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask()));
            Assert.Equal(Samples.Message, await response.Content.ReadAsStringAsync());
        }));
        await all.Task.WaitAsync(GatewayHost.Patience);

        Assert.Equal(Enumerable.Range(1, Many).Select(i => i * 42L), told);
        Assert.Equal((Many, 0), (host.Record.Requests, host.Record.OpenRequests));
    }

    [Fact]
    public async Task Ledger_AfterACall_HasGrantAndSettlement()
    {
        await using var upstream = ScriptedUpstream.Start(StreamWholeAsync);
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);
        using var request = GatewayHost.Messages(Samples.Ask(maxTokens: 64000));
        request.Headers.Add("x-claude-code-agent-id", "agent-7");

        using var response = await host.SendAsync(request);
        await response.Content.ReadAsByteArrayAsync();
        await host.NextChangeAsync();

        var lines = host.Ledger.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        using var grant = JsonDocument.Parse(lines[0]);
        Assert.Equal((1, "messages", "claude-test", 64000, "agent-7"), (
            grant.RootElement.GetProperty("n").GetInt32(), grant.RootElement.GetProperty("route").GetString(),
            grant.RootElement.GetProperty("model").GetString(), grant.RootElement.GetProperty("cap").GetInt64(),
            grant.RootElement.GetProperty("agent").GetString()));
        using var settled = JsonDocument.Parse(lines[1]);
        Assert.Equal((1, 200, 42, false, "end_turn"), (
            settled.RootElement.GetProperty("n").GetInt32(), settled.RootElement.GetProperty("status").GetInt32(),
            settled.RootElement.GetProperty("usage").GetProperty("output").GetInt64(), settled.RootElement.GetProperty("estimated").GetBoolean(),
            settled.RootElement.GetProperty("stop").GetString()));
        var ms = settled.RootElement.GetProperty("ms").GetDouble();
        Assert.InRange(settled.RootElement.GetProperty("ttfbMs").GetDouble(), 0.001, ms);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(host.LedgerPath));
    }

    [Fact]
    public async Task Ledger_Granted_IsOnDiskBeforeTheRequestIsForwarded()
    {
        var seen = new TaskCompletionSource<string>();
        GatewayHost? host = null;
        await using var upstream = ScriptedUpstream.Start(e =>
        {
            seen.SetResult(host!.Ledger);
            return e.RespondAsync(200, Samples.Message);
        });
        await using (host = await GatewayHost.StartAsync())
        {
            host.Open(upstream.BaseUrl);
            using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask(maxTokens: 321)));
            Assert.Contains("\"cap\":321", await seen.Task.WaitAsync(GatewayHost.Patience), StringComparison.Ordinal);
        }
    }

    private static async Task StreamWholeAsync(ScriptedExchange exchange)
    {
        await exchange.StartStreamAsync();
        await exchange.ChunkAsync(Samples.Whole);
        await exchange.EndChunksAsync();
    }
}
