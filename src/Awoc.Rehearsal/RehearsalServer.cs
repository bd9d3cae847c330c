using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Awoc.Rehearsal;

/// <summary>
/// A model server of its own on loopback or on a unix socket. Disposing stops it at once: requests that hang or stream slowly
/// are dropped.
/// </summary>
public sealed class RehearsalServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string? _socketPath;

    private RehearsalServer(WebApplication app, string baseUrl, RehearsalLog log, string? socketPath) =>
        (_app, BaseUrl, Log, _socketPath) = (app, baseUrl, log, socketPath);

    /// <summary>
    /// What goes into <c>ANTHROPIC_BASE_URL</c>, such as <c>http://127.0.0.1:41234</c>, without a slash at its end;
    /// <c>http://unix:/path</c> for a socket.
    /// </summary>
    public string BaseUrl { get; }

    /// <summary>What was asked and generated.</summary>
    public RehearsalLog Log { get; }

    /// <summary>The base URL under which every conversation follows one scenario; parameters as in <c>turns?n=5</c>.</summary>
    public string ScenarioUrl(string scenario) =>
        $"{BaseUrl}/s/{scenario.Replace('?', ',').Replace('&', ',')}";

    /// <summary>Listens and returns once requests are accepted.</summary>
    /// <exception cref="IOException">The port or the socket is taken or cannot be made.</exception>
    public static async Task<RehearsalServer> StartAsync(RehearsalOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new RehearsalOptions();
        var log = options.Log ?? new RehearsalLog();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;

            // A client that reads slowly is one of the things rehearsed.
            kestrel.Limits.MinResponseDataRate = null;
            if (options.SocketPath is { } path) kestrel.ListenUnixSocket(path);
            else kestrel.Listen(IPAddress.Loopback, options.Port);
        });
        builder.Services.AddRoutingCore();
        var app = builder.Build();
        app.UseRouting();
        app.MapRehearsal(options with { Log = log });
        app.UseEndpoints(_ => { });
        try
        {
            await app.StartAsync(cancellation);
            if (options.SocketPath is { } path && !OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new RehearsalServer(app, address.TrimEnd('/'), log, options.SocketPath);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        try
        {
            await _app.StopAsync(now.Token);
        }
        catch (OperationCanceledException)
        {
            // It was told to stop without waiting for its connections.
        }

        await _app.DisposeAsync();
        if (_socketPath is not null) File.Delete(_socketPath);
    }
}
