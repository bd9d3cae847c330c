using System.Net;
using System.Text;
using Awoc.Core.Agents;
using Awoc.Core.Tasks;
using Awoc.Gateway;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Awoc.GatewayBench;

internal static class Servers
{
    public const string Token = "bench-token";

    /// <summary>A request header: milliseconds between two events of the answer; absent or 0 for all at once.</summary>
    public const string PaceHeader = "x-bench-pace";

    private const int Deltas = 30;

    private static readonly byte[] s_start = Event(
        """{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","content":[],"usage":{"input_tokens":25000,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":1}}}""");

    private static readonly byte[] s_delta = Event(
        """{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a few words of an answer, as they come in one event"}}""");

    private static readonly byte[] s_end =
    [
        .. Event("""{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":300}}"""),
        .. Event("""{"type":"message_stop"}"""),
    ];

    /// <summary>A model API whose first byte comes at once: what is left is the way there.</summary>
    public static async Task<int> RunUpstreamAsync()
    {
        await using var app = Builder().Build();
        app.Run(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.ContentType = "text/event-stream";
            await context.Response.Body.WriteAsync(s_start);
            _ = int.TryParse(context.Request.Headers[PaceHeader], out var pace);
            for (var i = 0; i < Deltas; i++)
            {
                if (pace > 0) await Task.Delay(pace);
                await context.Response.Body.WriteAsync(s_delta);
            }

            await context.Response.Body.WriteAsync(s_end);
        });
        return await ServeAsync(app);
    }

    public static async Task<int> RunGatewayAsync(Uri upstream)
    {
        var builder = Builder();
        builder.Services.AddModelGateway();
        await using var app = builder.Build();
        var gateway = app.Services.GetRequiredService<ModelGateway>();
        app.MapModelGateway(gateway);
        var directory = Directory.CreateTempSubdirectory("awoc-gwbench-");
        gateway.Open(new GatewayLease
        {
            Task = TaskId.New(TimeProvider.System),
            Attempt = 1,
            Token = Token,
            Upstream = new ModelUpstream(upstream, UpstreamAuth.ApiKey, "sk-bench"),
            Allowance = new Allowance(long.MaxValue),
            LedgerPath = Path.Combine(directory.FullName, "gateway.jsonl"),
            Changed = _ => { },
        });
        try
        {
            return await ServeAsync(app);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static WebApplicationBuilder Builder()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        return builder;
    }

    /// <summary>Prints its address, and serves until its standard input ends.</summary>
    private static async Task<int> ServeAsync(WebApplication app)
    {
        await app.StartAsync();
        Console.WriteLine(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        await Console.In.ReadToEndAsync();
        await app.StopAsync();
        return 0;
    }

    private static byte[] Event(string json) => Encoding.UTF8.GetBytes($"event: x\ndata: {json}\n\n");
}
