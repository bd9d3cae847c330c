using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Awoc.GatewayBench;

/// <summary>The same requests to the same upstream, directly and through the gateway, in turns within one run.</summary>
internal static class Comparison
{
    private const int Rounds = 7;
    private const int BodyKilobytes = 100;

    /// <summary>Models take their time between events. Without it the machine is saturated, and the figure is its throughput.</summary>
    private static readonly Load[] s_loads = [new(1, 600, 0), new(50, 200, 20), new(500, 1000, 50), new(50, 2000, 0)];

    private static readonly byte[] s_body = Encoding.UTF8.GetBytes(
        $$"""{"model":"m","messages":[{"role":"user","content":"{{new string('x', BodyKilobytes * 1024)}}"}],"max_tokens":64000,"stream":true}""");

    public static async Task<int> RunAsync(string? gatewayExecutable)
    {
        using var upstream = ServerProcess.Start(Environment.ProcessPath!, "upstream");
        using var gateway = gatewayExecutable is null
            ? ServerProcess.Start(Environment.ProcessPath!, "gateway", upstream.Url)
            : ServerProcess.Start(gatewayExecutable, upstream.Url);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });

        Console.WriteLine($"{BodyKilobytes} kB requests, answers of 32 events; {Environment.ProcessorCount} cores shared by client, gateway and upstream");
        Console.WriteLine($"{"streams",8} {"events",12} {"way",8} {"p50 ms",8} {"p99 ms",8} {"req/s",8}   time to first byte, median of {Rounds} rounds");
        foreach (var load in s_loads)
        {
            await MeasureAsync(client, upstream.Url, load);
            await MeasureAsync(client, gateway.Url, load);
            List<Figures> direct = [], through = [];
            for (var round = 0; round < Rounds; round++)
            {
                direct.Add(await MeasureAsync(client, upstream.Url, load));
                through.Add(await MeasureAsync(client, gateway.Url, load));
            }

            var (d, g) = (Median(direct), Median(through));
            var events = load.Pace == 0 ? "at once" : $"each {load.Pace} ms";
            Console.WriteLine($"{load.Streams,8} {events,12} {"direct",8} {d.P50,8:f3} {d.P99,8:f3} {d.PerSecond,8:f0}");
            Console.WriteLine($"{load.Streams,8} {events,12} {"gateway",8} {g.P50,8:f3} {g.P99,8:f3} {g.PerSecond,8:f0}   added at p50: {g.P50 - d.P50:f3} ms; gateway resident: {gateway.ResidentMegabytes} MB");
        }

        return 0;
    }

    private static async Task<Figures> MeasureAsync(HttpClient client, string url, Load load)
    {
        var (streams, requests, pace) = load;
        var times = new double[requests];
        var next = -1;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, streams).Select(async stream =>
        {
            // Spread over the time of one answer: agents do not ask in step.
            if (pace > 0) await Task.Delay(pace * 32 * stream / streams);
            var buffer = new byte[16 * 1024];
            while (Interlocked.Increment(ref next) is var number && number < requests) times[number] = await AskAsync(client, url, pace, buffer);
        }));
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Array.Sort(times);
        return new Figures(times[requests / 2], times[requests * 99 / 100], requests / seconds);
    }

    private static async Task<double> AskAsync(HttpClient client, string url, int pace, byte[] buffer)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url + "/v1/messages") { Content = new ByteArrayContent(s_body) };
        request.Headers.TryAddWithoutValidation("x-api-key", Servers.Token);
        request.Headers.TryAddWithoutValidation(Servers.PaceHeader, pace.ToString(CultureInfo.InvariantCulture));
        var started = Stopwatch.GetTimestamp();
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        await using var body = await response.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(buffer.AsMemory(0, 1));
        var first = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        while (await body.ReadAsync(buffer) > 0)
        {
        }

        return first;
    }

    private static Figures Median(List<Figures> rounds) => new(
        Middle(rounds.Select(r => r.P50)), Middle(rounds.Select(r => r.P99)), Middle(rounds.Select(r => r.PerSecond)));

    private static double Middle(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);

    /// <param name="Pace">Milliseconds between two events.</param>
    private sealed record Load(int Streams, int Requests, int Pace);

    private sealed record Figures(double P50, double P99, double PerSecond);
}
