using System.Globalization;
using System.Net;
using System.Text;
using Awoc.Rehearsal;
using Awoc.Rehearsal.Scenarios;
using Microsoft.Extensions.Time.Testing;

namespace Awoc.Rehearsal.Tests;

/// <summary>Scenarios with limits: requests a second, and usage windows.</summary>
public sealed class LimitTests
{
    private static readonly DateTimeOffset s_began = new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Limits_RequestsBeyondTheRate_AreRefusedUntilThereIsRoom()
    {
        var time = new FakeTimeProvider(s_began);
        await using var server = await RehearsalServer.StartAsync(new RehearsalOptions { Time = time, Scenario = "limited?requests=2&burst=3&delay=0ms" });
        using var client = new HttpClient { BaseAddress = new Uri(server.BaseUrl) };
        for (var i = 0; i < 3; i++)
        {
            using var fits = await AskAsync(client, "one");
            Assert.Equal(HttpStatusCode.OK, fits.StatusCode);
            Assert.Equal($"{2 - i}", Header(fits, "anthropic-ratelimit-requests-remaining"));
            Assert.Equal("3", Header(fits, "anthropic-ratelimit-requests-limit"));
        }

        using var refused = await AskAsync(client, "one");
        Assert.Equal((429, "1"), ((int)refused.StatusCode, Header(refused, "retry-after")));
        Assert.Contains("rate limit of 2 requests per second", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(s_began.AddSeconds(1.5), DateTimeOffset.Parse(Header(refused, "anthropic-ratelimit-requests-reset")!, CultureInfo.InvariantCulture));

        // Another key has a limit of its own, and half a second makes room for one.
        using var other = await AskAsync(client, "two");
        Assert.Equal(200, (int)other.StatusCode);
        time.Advance(TimeSpan.FromSeconds(0.5));
        using var again = await AskAsync(client, "one");
        Assert.Equal(200, (int)again.StatusCode);
        using var full = await AskAsync(client, "one");
        Assert.Equal(429, (int)full.StatusCode);
    }

    [Fact]
    public async Task Limits_UsedWindow_IsRejectedUntilItBeginsAnew()
    {
        var time = new FakeTimeProvider(s_began);
        await using var server = await RehearsalServer.StartAsync(new RehearsalOptions { Time = time, Scenario = "window?size=2&length=5h" });
        using var client = new HttpClient { BaseAddress = new Uri(server.BaseUrl) };
        foreach (var share in (string[])["0.5", "1"])
        {
            using var fits = await AskAsync(client, "one");
            Assert.Equal((200, share, "allowed"), ((int)fits.StatusCode, Header(fits, "anthropic-ratelimit-unified-5h-utilization"), Header(fits, "anthropic-ratelimit-unified-status")));
        }

        using var refused = await AskAsync(client, "one");
        Assert.Equal((429, "rejected", "five_hour"), ((int)refused.StatusCode, Header(refused, "anthropic-ratelimit-unified-status"), Header(refused, "anthropic-ratelimit-unified-representative-claim")));
        Assert.Equal(s_began.AddHours(5).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), Header(refused, "anthropic-ratelimit-unified-reset"));
        Assert.Equal("18000", Header(refused, "retry-after"));
        time.Advance(TimeSpan.FromHours(5));
        using var anew = await AskAsync(client, "one");
        Assert.Equal((200, "0.5"), ((int)anew.StatusCode, Header(anew, "anthropic-ratelimit-unified-5h-utilization")));
    }

    [Theory]
    [InlineData("limits: {requests: 0}", "limits.requests")]
    [InlineData("limits: {requests: many}", "limits.requests")]
    [InlineData("limits: {size: 3}", "limits.window")]
    [InlineData("limits: {window: 5h, size: 0}", "limits.size")]
    [InlineData("limits: {rate: 3}", "limits")]
    public void Limits_BadValues_AreFaultsWithTheirPlace(string limits, string path)
    {
        var reading = ScenarioSource.Parse($"name: bad\n{limits}\nsteps:\n  - text: x\n");
        Assert.Equal(path, Assert.Single(reading.Faults).Path);
    }

    private static Task<HttpResponseMessage> AskAsync(HttpClient client, string key)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/messages")
        {
            Content = new StringContent("""{"model":"claude-test","max_tokens":100,"messages":[{"role":"user","content":"count"}]}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("x-api-key", key);
        request.Headers.Add("anthropic-version", "2023-06-01");
        return client.SendAsync(request);
    }

    private static string? Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? values.Single() : null;
}
