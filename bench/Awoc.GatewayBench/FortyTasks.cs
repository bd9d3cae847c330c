using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Awoc.Core.Agents;
using Awoc.Core.Tasks;
using Awoc.Gateway;
using Awoc.Rehearsal;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Awoc.GatewayBench;

/// <summary>
/// 40 tasks at an API of 5 requests a second that answers 429 with <c>retry-after</c> beyond it, through the real gateway to the
/// real rehearsal server; beside them the same 40 through a gateway that holds nothing, each retrying as Claude Code does.
/// </summary>
internal static class FortyTasks
{
    private const int Tasks = 40;
    private const double PerSecond = 5;
    private const string Body =
        """{"model":"claude-bench","max_tokens":100,"stream":true,"tools":[{"name":"Bash","description":"Runs a command","input_schema":{"type":"object","properties":{"command":{"type":"string"}}}}],"messages":[{"role":"user","content":"count"}]}""";

    /// <summary>Seconds before each further try, as measured with Claude Code 2.1.197; retry-after is a lower bound.</summary>
    private static readonly double[] s_ownRetries = [0.6, 1.1, 2.2, 4.5, 9, 17, 38, 38, 38, 38];

    public static async Task<int> RunAsync(int requestsEach, string[] only)
    {
        Console.WriteLine($"{Tasks} tasks of {requestsEach} requests, {PerSecond} requests a second");
        foreach (var (name, paced, headers) in (ReadOnlySpan<(string, bool, bool)>)
                 [("limiter, API with rate-limit headers", true, true), ("limiter, API that tells nothing", true, false), ("no limiter", false, true)])
        {
            if (only.Length == 0 || name.Contains(string.Join(' ', only), StringComparison.Ordinal)) Console.WriteLine(RunOnceAsync(name, paced, headers, requestsEach).GetAwaiter().GetResult());
        }

        await Console.Out.FlushAsync();
        return 0;
    }

    private static async Task<string> RunOnceAsync(string name, bool paced, bool headers, int requestsEach)
    {
        await using var server = await RehearsalServer.StartAsync(new RehearsalOptions
        {
            Scenario = $"limited?requests={PerSecond}&burst={PerSecond}&delay=200ms&headers={(headers ? "true" : "false")}",
        });
        var directory = Directory.CreateTempSubdirectory("awoc-forty-");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddModelGateway(paced ? new GatewayOptions() : new GatewayOptions { Pacing = null });
        await using var app = builder.Build();
        var gateway = app.Services.GetRequiredService<ModelGateway>();
        app.MapModelGateway(gateway);
        await app.StartAsync();
        var url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        for (var i = 0; i < Tasks; i++)
        {
            gateway.Open(new GatewayLease
            {
                Task = TaskId.New(TimeProvider.System),
                Attempt = 1,
                Token = $"bench-{i}",
                Upstream = new ModelUpstream(new Uri(server.BaseUrl), UpstreamAuth.ApiKey, "rehearsal"),
                Allowance = new Allowance(1_000_000),
                LedgerPath = Path.Combine(directory.FullName, $"{i}.jsonl"),
                Changed = _ => { },
            });
        }

        using var client = new HttpClient { BaseAddress = new Uri(url), Timeout = TimeSpan.FromMinutes(10) };
        var clock = Stopwatch.StartNew();
        var ended = await Task.WhenAll(Enumerable.Range(0, Tasks).Select(i => AgentAsync(client, $"bench-{i}", requestsEach)));
        var took = clock.Elapsed;
        await app.StopAsync();
        directory.Delete(recursive: true);
        var answers = server.Log.MessageRequests;
        var (accepted, refused) = (answers.Count(a => a.Status == 200), answers.Count(a => a.Status == 429));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: {ended.Count(e => e.Done)} of {Tasks} succeeded, {accepted / (PerSecond * took.TotalSeconds):P1} of the capacity, {refused / (double)(accepted + refused):P1} of {accepted + refused} requests rejected, {ended.Sum(e => e.Errors)} errors seen by agents, {took.TotalSeconds:0} s");
    }

    private static async Task<(bool Done, int Errors)> AgentAsync(HttpClient client, string token, int requests)
    {
        var (errors, tries) = (0, 0);
        for (var left = requests; left > 0;)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/messages") { Content = new StringContent(Body, Encoding.UTF8, "application/json") };
            request.Headers.Add("x-api-key", token);
            using var response = await client.SendAsync(request);
            if (response.IsSuccessStatusCode)
            {
                left--;
                tries = 0;
                await Task.Delay(Random.Shared.Next(50, 500));
                continue;
            }

            errors++;
            if (tries == s_ownRetries.Length) return (false, errors);
            var own = TimeSpan.FromSeconds(s_ownRetries[tries++] * (0.9 + (0.2 * Random.Shared.NextDouble())));
            await Task.Delay(response.Headers.RetryAfter?.Delta is { } least && least > own ? least : own);
        }

        return (true, errors);
    }
}
