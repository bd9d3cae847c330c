using System.Text.Json;
using Awoc.Core.Agents;
using Awoc.Core.Pacing;
using Awoc.Core.Tasks;
using Awoc.Gateway.Pacing;
using Awoc.Gateway.Tests.Hosting;
using Awoc.TestKit;

namespace Awoc.Gateway.Tests;

/// <summary>Requests that wait for the model API, and refusals for its limits that stay in the gateway.</summary>
public sealed class PacingTests
{
    private static readonly PacingOptions s_quick = new() { LongestHold = TimeSpan.FromSeconds(10) };

    [Theory]
    [InlineData(429, "retry-after: 1\r\n")]
    [InlineData(529, "")]
    public async Task Messages_RefusedForALimit_IsAskedAgainByTheGatewayAndTheAgentNeverSeesIt(int status, string headers)
    {
        var asked = 0;
        await using var upstream = ScriptedUpstream.Start(e => Interlocked.Increment(ref asked) <= 2
            ? e.RespondAsync(status, Samples.Overloaded, headers)
            : e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync(new GatewayOptions { Pacing = s_quick });
        host.Open(upstream.BaseUrl);

        using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask()));

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(Samples.Message, await response.Content.ReadAsStringAsync());
        await Eventually.TrueAsync(() => Task.FromResult(host.Record.OpenRequests == 0), GatewayHost.Patience, "the settlement");
        Assert.Equal((3, 1, 200), (host.Record.Requests, host.Record.Turns, host.Record.LastStatus));
        Assert.False(response.Headers.Contains("retry-after"));

        // Each try is on record, and the one that waited says for how long.
        var lines = host.Ledger.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.Equal([status, status, 200], lines.Where(l => l.TryGetProperty("status", out _)).Select(l => l.GetProperty("status").GetInt32()));
        Assert.Contains(lines, l => l.TryGetProperty("waitedMs", out var ms) && ms.GetDouble() > 200);
        var sent = Assert.Single(upstream.Requests.Select(r => System.Text.Encoding.UTF8.GetString(r.Body)).Distinct());
        Assert.Equal(Samples.Ask(), sent);
        var lane = Assert.Single(host.Gateway.Lanes);
        Assert.Equal((1, 2, 0, 0), (lane.Accepted, lane.Refused, lane.InFlight, lane.Waiting));
        Assert.DoesNotContain("sk-real", lane.Key.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Messages_RefusedAgainAndAgain_IsPassedOnInTheEnd()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(529, Samples.Overloaded));
        await using var host = await GatewayHost.StartAsync(new GatewayOptions { Pacing = s_quick with { Absorbed = 2 } });
        host.Open(upstream.BaseUrl);

        using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask()));

        Assert.Equal(529, (int)response.StatusCode);
        Assert.Equal(Samples.Overloaded, await response.Content.ReadAsStringAsync());
        Assert.Equal(3, upstream.Requests.Count);
    }

    [Fact]
    public async Task Messages_ClosedWindow_IsHeldSaysSoAndGoesOnWhenItOpens()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync(new GatewayOptions { Pacing = s_quick });
        host.Open(upstream.BaseUrl);
        var account = LaneKey.AccountOf(host.Lease(upstream.BaseUrl).Upstream);
        var opens = TimeProvider.System.GetUtcNow().AddHours(1);
        host.Gateway.CloseLanes(account, null, opens);

        var response = host.SendAsync(GatewayHost.Messages(Samples.Ask()));
        var record = await host.NextChangeAsync();
        Assert.Equal((1, 0), (record.Paced, record.Requests));
        Assert.InRange((record.OpensAt!.Value - opens).Duration(), TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Assert.Empty(upstream.Requests);

        host.Gateway.OpenLanes(account, null);
        Assert.Equal(200, (int)(await response).StatusCode);
        Assert.Equal(0, host.Record.Paced);
    }

    [Fact]
    public async Task Messages_HeldLongerThanAClientBears_IsAnswered429WithTheTime()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync(new GatewayOptions { Pacing = s_quick with { LongestHold = TimeSpan.FromMilliseconds(200) } });
        host.Open(upstream.BaseUrl);
        host.Gateway.CloseLanes(LaneKey.AccountOf(host.Lease(upstream.BaseUrl).Upstream), null, TimeProvider.System.GetUtcNow().AddHours(1));

        using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask()));

        var message = await AuthenticationTests.AssertRefusedAsync(response, 429, "rate_limit_error");
        Assert.StartsWith("AWOC: the limit of 127.0.0.1", message, StringComparison.Ordinal);
        Assert.InRange(int.Parse(response.Headers.GetValues("retry-after").Single(), System.Globalization.CultureInfo.InvariantCulture), 3590, 3601);
        Assert.Equal(0, host.Record.Requests);
    }

    [Fact]
    public async Task Close_AttemptWithAHeldRequest_AnswersItAtOnce()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync(new GatewayOptions { Pacing = s_quick });
        host.Open(upstream.BaseUrl);
        host.Gateway.CloseLanes(LaneKey.AccountOf(host.Lease(upstream.BaseUrl).Upstream), null, TimeProvider.System.GetUtcNow().AddHours(1));
        var response = host.SendAsync(GatewayHost.Messages(Samples.Ask()));
        await host.NextChangeAsync();

        host.Gateway.Close(host.Task, 1);

        await AuthenticationTests.AssertRefusedAsync(await response, 401, "authentication_error");
        await Eventually.TrueAsync(() => Task.FromResult(host.Gateway.Lanes.Single().Waiting == 0), GatewayHost.Patience, "an empty lane");
    }

    [Fact]
    public async Task Messages_ClientLeavesWhileHeld_IsForgotten()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync(new GatewayOptions { Pacing = s_quick });
        host.Open(upstream.BaseUrl);
        host.Gateway.CloseLanes(LaneKey.AccountOf(host.Lease(upstream.BaseUrl).Upstream), null, TimeProvider.System.GetUtcNow().AddHours(1));
        using var leave = new CancellationTokenSource();
        var response = host.Client.SendAsync(GatewayHost.Messages(Samples.Ask()), leave.Token);
        await host.NextChangeAsync();

        await leave.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => response);
        await Eventually.TrueAsync(() => Task.FromResult(host.Record.Paced == 0), GatewayHost.Patience, "the request to be forgotten");
        Assert.Equal(0, host.Gateway.Lanes.Single().Waiting);
    }

    [Fact]
    public async Task Messages_WindowHeaders_AreToldToTheObserver()
    {
        var resets = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 3600);
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(
            200, Samples.Message, $"anthropic-ratelimit-unified-status: allowed_warning\r\nanthropic-ratelimit-unified-representative-claim: five_hour\r\nanthropic-ratelimit-unified-5h-utilization: 0.72\r\nanthropic-ratelimit-unified-5h-reset: {resets.ToUnixTimeSeconds()}\r\nanthropic-ratelimit-unified-7d-utilization: 0.4\r\n"));
        await using var host = await GatewayHost.StartAsync();
        var observer = new RecordingObserver();
        host.Gateway.Watch(observer);
        host.Open(upstream.BaseUrl);

        using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask()));

        var (lane, status, signs) = await observer.Told.Task.WaitAsync(GatewayHost.Patience);
        Assert.Equal(200, status);
        Assert.StartsWith("127.0.0.1:", lane.Account, StringComparison.Ordinal);
        Assert.Equal([new WindowSign("5h", 0.72, resets, false), new WindowSign("7d", 0.4, null, null)], signs.Windows);
    }

    [Fact]
    public void Queue_SeveralOwners_TakeTurnsAndAreFirstInFirstOutEach()
    {
        var queue = new FairQueue<string, string>();
        foreach (var item in (string[])["a1", "a2", "a3", "b1", "c1", "b2"]) queue.Add(item[..1], item);
        var dropped = queue.Add("c", "c2");
        Assert.True(queue.Remove("c", dropped));
        Assert.False(queue.Remove("c", dropped));
        List<string> order = [];
        while (queue.Take() is { } item) order.Add(item);
        Assert.Equal(["a1", "b1", "c1", "a2", "b2", "a3"], order);
        Assert.Equal(0, queue.Count);
    }

    [Theory]
    [InlineData("https://api.anthropic.com", UpstreamAuth.PassThrough, null, "api.anthropic.com#login")]
    [InlineData("http://127.0.0.1:9/base", UpstreamAuth.PassThrough, null, "127.0.0.1:9#login")]
    [InlineData("unix:///run/rehearsal.sock?path=/rehearsal/s/turns", UpstreamAuth.PassThrough, null, "rehearsal.sock/rehearsal/s/turns#login")]
    public void LaneKey_NamesHostAndAccount(string url, UpstreamAuth auth, string? secret, string account) =>
        Assert.Equal(account, LaneKey.AccountOf(new ModelUpstream(new Uri(url), auth, secret)));

    [Fact]
    public void LaneKey_TwoKeys_AreTwoAccountsAndNeitherIsInTheName()
    {
        var one = LaneKey.Of(new ModelUpstream(new Uri("https://a.test"), UpstreamAuth.ApiKey, "sk-ant-one"), "claude-opus-4-8[1m]");
        var two = LaneKey.Of(new ModelUpstream(new Uri("https://a.test"), UpstreamAuth.ApiKey, "sk-ant-two"), "claude-opus-4-8");
        Assert.NotEqual(one.Account, two.Account);
        Assert.Equal(one.Model, two.Model);
        Assert.DoesNotContain("sk-ant", one.ToString(), StringComparison.Ordinal);
    }

    private sealed class RecordingObserver : ILimitObserver
    {
        public TaskCompletionSource<(LaneKey Lane, int Status, LimitSigns Signs)> Told { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Seen(LaneKey lane, int status, LimitSigns signs, DateTimeOffset at) => Told.TrySetResult((lane, status, signs));
    }
}
