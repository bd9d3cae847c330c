using System.Text;
using System.Text.Json.Nodes;
using Awoc.TestKit;

namespace Awoc.EndToEnd;

/// <summary>Ways of running awoc that only some tests need.</summary>
internal static class SandboxRuns
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    public static async Task<Ran> WithInputAsync(this AwocSandbox awoc, byte[] input, params string[] arguments)
    {
        using var process = awoc.Start(Binaries.Awoc, arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has left without reading all of it.
        }

        using var timeout = new CancellationTokenSource(s_limit);
        await process.WaitForExitAsync(timeout.Token);
        return new Ran(process.ExitCode, await output, await error);
    }

    public static Task<Ran> WithInputAsync(this AwocSandbox awoc, string input, params string[] arguments) =>
        awoc.WithInputAsync(Encoding.UTF8.GetBytes(input), arguments);

    /// <summary>Runs awoc with a changed environment; a null value takes a variable away.</summary>
    public static async Task<Ran> WithEnvironmentAsync(this AwocSandbox awoc, IEnumerable<(string Name, string? Value)> changes, params string[] arguments)
    {
        var before = new Dictionary<string, string>(awoc.Environment);
        try
        {
            foreach (var (name, value) in changes)
            {
                if (value is null) awoc.Environment.Remove(name);
                else awoc.Environment[name] = value;
            }

            return await awoc.AwocAsync(arguments);
        }
        finally
        {
            awoc.Environment.Clear();
            foreach (var (name, value) in before) awoc.Environment[name] = value;
        }
    }

    public static async Task<int> CountTasksAsync(this AwocSandbox awoc)
    {
        var ran = await awoc.AwocAsync("status", "all", "--json");
        return ran.Code == 0 ? JsonNode.Parse(ran.Out)!.AsArray().Count : throw new InvalidOperationException(ran.Error);
    }

    /// <summary>The daemon's raw API.</summary>
    public static HttpClient Api(this AwocSandbox awoc) => ApiAt(Path.Combine(awoc.Home, "run", "awoc.sock"));

    private static HttpClient ApiAt(string socket)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, token) =>
            {
                var connection = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
                await connection.ConnectAsync(new System.Net.Sockets.UnixDomainSocketEndPoint(socket), token);
                return new System.Net.Sockets.NetworkStream(connection, ownsSocket: true);
            },
        };
        return new HttpClient(handler) { BaseAddress = new Uri("http://awoc/"), Timeout = s_limit };
    }
}
