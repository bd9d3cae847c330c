using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Awoc.Core.Agents;
using Awoc.Core.Tasks;
using Awoc.Gateway.Pacing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace Awoc.Gateway.Tests.Hosting;

/// <summary>The gateway as the daemon hosts it: Kestrel on a unix socket, and a client that connects to it.</summary>
internal sealed class GatewayHost : IAsyncDisposable
{
    public const string Token = "awoc-attempt-token-1";
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly WebApplication _app;
    private readonly string _directory;
    private readonly Channel<GatewayRecord> _changes = Channel.CreateUnbounded<GatewayRecord>();

    private GatewayHost(WebApplication app, string directory, RecordingLogs logs)
    {
        (_app, _directory, Logs) = (app, directory, logs);
        Gateway = app.Services.GetRequiredService<ModelGateway>();
        Client = NewClient();
    }

    public ModelGateway Gateway { get; }
    public HttpClient Client { get; }
    public RecordingLogs Logs { get; }
    public TaskId Task { get; } = TaskId.New(TimeProvider.System);
    public string LedgerPath => Path.Combine(_directory, "gateway.jsonl");
    public string SocketPath => Path.Combine(_directory, "gw.sock");
    public string Url => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First(a => !a.Contains("unix", StringComparison.Ordinal));
    public string Ledger => File.Exists(LedgerPath) ? File.ReadAllText(LedgerPath) : "";

    public static async Task<GatewayHost> StartAsync(GatewayOptions? options = null, string? directory = null)
    {
        directory ??= Directory.CreateTempSubdirectory("awoc-gw-").FullName;
        var logs = new RecordingLogs();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(logs).SetMinimumLevel(LogLevel.Trace);
        builder.Services.AddModelGateway();
        builder.Services.AddSingleton(p => new ModelGateway(
            p.GetRequiredService<IHttpForwarder>(), TimeProvider.System, p.GetRequiredService<ILogger<ModelGateway>>(), options ?? new GatewayOptions { Pacing = new PacingOptions { Absorbed = 0 } }));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ListenUnixSocket(Path.Combine(directory, "gw.sock"));
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        var app = builder.Build();
        app.MapModelGateway(app.Services.GetRequiredService<ModelGateway>());
        await app.StartAsync();
        return new GatewayHost(app, directory, logs);
    }

    public GatewayLease Lease(Uri upstream) => new()
    {
        Task = Task,
        Attempt = 1,
        Token = Token,
        Upstream = new ModelUpstream(upstream, UpstreamAuth.ApiKey, "sk-real"),
        Allowance = new Allowance(100_000),
        LedgerPath = LedgerPath,
        Changed = record => _changes.Writer.TryWrite(record),
    };

    public void Open(Uri upstream, Func<GatewayLease, GatewayLease>? change = null)
    {
        var lease = Lease(upstream);
        Gateway.Open(change?.Invoke(lease) ?? lease);
    }

    public GatewayRecord Record => Gateway.Find(Task, 1) ?? throw new InvalidOperationException("the attempt is not open");

    /// <summary>The record after the next settlement or refusal.</summary>
    public Task<GatewayRecord> NextChangeAsync() => _changes.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    public HttpClient NewClient() => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
    })
    {
        BaseAddress = new Uri("http://gateway"),
        Timeout = Patience,
    };

    public static HttpRequestMessage Messages(string body, string? token = Token, string path = "/v1/messages") =>
        Messages(Encoding.UTF8.GetBytes(body), token, path);

    public static HttpRequestMessage Messages(byte[] body, string? token = Token, string path = "/v1/messages")
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("content-type", "application/json");
        if (token is not null) request.Headers.Add("x-api-key", token);
        return request;
    }

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) =>
        Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        try
        {
            await _app.StopAsync(now.Token);
        }
        catch (OperationCanceledException)
        {
            // Streams that a test left open.
        }

        await _app.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}

internal sealed class RecordingLogs : ILoggerProvider, ILogger
{
    public ConcurrentQueue<string> Lines { get; } = [];

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue($"{logLevel} {formatter(state, exception)} {exception}");

    public void Dispose()
    {
    }
}
