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
    public async Task Messages_WaitingForItsOwnBudget_LeavesItsTurnToOthers()
    {
        var answer = new TaskCompletionSource();
        await using var upstream = ScriptedUpstream.Start(async e =>
        {
            if (System.Text.Encoding.UTF8.GetString(e.Request.Body).Contains("3750", StringComparison.Ordinal)) await answer.Task.WaitAsync(e.Stop);
            await e.RespondAsync(200, Samples.Message);
        });
        await using var host = await GatewayHost.StartAsync(new GatewayOptions { Pacing = s_quick with { Lane = new LaneOptions { FirstInFlight = 2, MostInFlight = 2 } } });
        host.Open(upstream.BaseUrl, l => l with { Allowance = new Allowance(5000) });
        host.Open(upstream.BaseUrl, l => l with { Attempt = 2, Token = "second", LedgerPath = host.LedgerPath + "2", Changed = _ => { } });

        // The first takes all there is of the first attempt's budget, so the second waits for it: in a lane that takes two.
        var first = host.SendAsync(GatewayHost.Messages(Samples.Ask(maxTokens: 5000, stream: false)));
        await Eventually.TrueAsync(() => Task.FromResult(host.Record.OpenRequests == 1), GatewayHost.Patience, "the first grant");
        var second = host.SendAsync(GatewayHost.Messages(Samples.Ask(maxTokens: 900, stream: false)));
        await Eventually.TrueAsync(() => Task.FromResult(host.Record.Held == 1), GatewayHost.Patience, "the second to wait");

        using (var other = await host.SendAsync(GatewayHost.Messages(Samples.Ask(), "second"))) Assert.Equal(200, (int)other.StatusCode);
        await Eventually.TrueAsync(() => Task.FromResult((host.Record.Held, host.Gateway.Lanes.Single().InFlight) == (1, 1)), GatewayHost.Patience, "the other's turn to be over");

        answer.SetResult();
        Assert.Equal(200, (int)(await first).StatusCode);
        Assert.Equal(200, (int)(await second).StatusCode);
        await Eventually.TrueAsync(() => Task.FromResult(host.Gateway.Lanes.Single().InFlight == 0), GatewayHost.Patience, "an empty lane");
        Assert.Equal(3, upstream.Requests.Count);
    }

    [Fact]
    public async Task Messages_GrantedWhenItsLaneIsClosed_HoldsNothingOfTheBudgetMeanwhile()
    {
        var answer = new TaskCompletionSource();
        await using var upstream = ScriptedUpstream.Start(async e =>
        {
            if (System.Text.Encoding.UTF8.GetString(e.Request.Body).Contains("3750", StringComparison.Ordinal)) await answer.Task.WaitAsync(e.Stop);
            await e.RespondAsync(200, Samples.Message);
        });
        await using var host = await GatewayHost.StartAsync(new GatewayOptions { Pacing = s_quick });
        host.Open(upstream.BaseUrl, l => l with { Allowance = new Allowance(5000) });
        var first = host.SendAsync(GatewayHost.Messages(Samples.Ask(maxTokens: 5000, stream: false)));
        await Eventually.TrueAsync(() => Task.FromResult(host.Record.OpenRequests == 1), GatewayHost.Patience, "the first grant");
        var second = host.SendAsync(GatewayHost.Messages(Samples.Ask(maxTokens: 900, stream: false)));
        await Eventually.TrueAsync(() => Task.FromResult(host.Record.Held == 1), GatewayHost.Patience, "the second to wait");

        var account = host.Gateway.Lanes.Single().Key.Account;
        host.Gateway.CloseLanes(account, null, TimeProvider.System.GetUtcNow().AddHours(1));
        answer.SetResult();
        Assert.Equal(200, (int)(await first).StatusCode);
        await Eventually.TrueAsync(
            () => Task.FromResult((host.Record.Held, host.Record.OpenRequests, host.Gateway.Lanes.Single().Waiting) == (0, 0, 1)), GatewayHost.Patience, "the second to give its grant back");

        host.Gateway.OpenLanes(account, null);
        Assert.Equal(200, (int)(await second).StatusCode);
        Assert.Equal((2, 2), (upstream.Requests.Count, host.Record.Turns));
    }

    [Fact]
    public void Lanes_OpenedForOneReason_StayClosedForTheOther()
    {
        using var book = new LaneBook(s_quick, TimeProvider.System);
        var (opus, haiku) = (book.Of(new LaneKey("a", "claude-opus-4-8")), book.Of(new LaneKey("a", "claude-haiku-4-5")));
        var (all, some) = (TimeProvider.System.GetUtcNow().AddHours(1), TimeProvider.System.GetUtcNow().AddHours(3));

        book.Close("a", null, all);
        book.Close("a", "opus", some);
        book.Open("a", null);
        Assert.Null(haiku.OpensAt);
        Assert.InRange((opus.OpensAt!.Value - some).Duration(), TimeSpan.Zero, TimeSpan.FromSeconds(1));

        book.Close("a", null, all);
        book.Open("a", "opus");
        Assert.InRange((opus.OpensAt!.Value - all).Duration(), TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Assert.NotNull(haiku.OpensAt);

        book.Open("a", null);
        Assert.Null(opus.OpensAt);
    }

    [Fact]
    public void Lanes_OfInventedModels_ShareOneBeyondTheMost()
    {
        using var book = new LaneBook(s_quick, TimeProvider.System);
        book.Close("a", null, TimeProvider.System.GetUtcNow().AddHours(1));

        for (var i = 0; i < 2000; i++) Assert.NotNull(book.Of(new LaneKey("a", $"model-{i}")).OpensAt);
        Assert.Equal(257, book.States.Count);
        Assert.Same(book.Of(new LaneKey("a", "model-one")), book.Of(new LaneKey("a", "model-two")));
        Assert.NotSame(book.Of(new LaneKey("a", "model-1")), book.Of(new LaneKey("a", "model-2")));
        Assert.Equal("claude", book.Of(new LaneKey("b", "claude")).Key.Model);
        Assert.Equal(100, book.Of(new LaneKey("b", new string('m', 200))).Key.Model.Length);
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
