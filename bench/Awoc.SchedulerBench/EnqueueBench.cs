using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using Awoc.Client.Wire;

namespace Awoc.SchedulerBench;

/// <summary>10,000 launches through the API, each durable when it is answered: one by one from many callers, and all in one batch.</summary>
internal static class EnqueueBench
{
    private const int Count = 10_000;
    private const string Queue = "bulk";

    public static async Task RunAsync(string directory)
    {
        Console.WriteLine($"{Count:N0} enqueued through the API");
        foreach (var callers in (int[])[16, 64])
        {
            await using var daemon = await StartAsync(directory);
            var clock = Stopwatch.StartNew();
            await daemon.LaunchAsync(Count, callers, () => daemon.Request("true", Queue));
            await ReportAsync($"one by one, {callers} callers", clock.Elapsed, daemon);
        }

        await using var together = await StartAsync(directory);
        using var http = Http(together.Socket);
        var batch = new BatchRequest { Tasks = [.. Enumerable.Range(0, Count).Select(i => new BatchTask($"t{i}", together.Request("true", Queue)))] };
        var whole = Stopwatch.StartNew();
        using var answer = await http.PostAsJsonAsync("http://awoc/api/v1/batches", batch);
        if (answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed)
        {
            Console.WriteLine("one batch: this daemon has no batches");
            return;
        }

        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException(await answer.Content.ReadAsStringAsync());
        await ReportAsync("one batch", whole.Elapsed, together);
    }

    /// <summary>Paused, so that what is measured is the launches alone.</summary>
    private static async Task<Daemon> StartAsync(string directory)
    {
        var daemon = await Daemon.StartAsync(directory, 1);
        await daemon.Client.ChangeQueueAsync(Queue, new QueueChange(Paused: true));
        for (var i = 0; i < 200; i++) await daemon.Client.LaunchAsync(daemon.Request("true", Queue));
        return daemon;
    }

    private static async Task ReportAsync(string name, TimeSpan time, Daemon daemon)
    {
        var queue = (await daemon.Client.QueuesAsync()).Queues.Single(q => q.Name == Queue);
        if (queue.Waiting != Count + 200) throw new InvalidOperationException($"{queue.Waiting} are queued");
        Console.WriteLine($"{name,-26}{time.TotalSeconds,8:F2} s{Count / time.TotalSeconds,10:N0} a second");
    }

    private static HttpClient Http(string socket) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, token) =>
        {
            var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), token);
            return new NetworkStream(connection, ownsSocket: true);
        },
    });
}
