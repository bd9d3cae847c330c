using System.Text;
using Awoc.Client;
using Awoc.Client.Daemon;

namespace Awoc.Cli.Terminal;

/// <summary>What a verb works with: data out, words out, the clock, the way to the daemon.</summary>
internal sealed class CliConsole : IDisposable
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);
    private readonly List<AwocClient> _clients = [];

    public CliConsole()
    {
        Bytes = StandardStreams.OpenOutput();
        Out = new StreamWriter(Bytes, s_utf8, 4096) { NewLine = "\n" };
        Error = new StreamWriter(StandardStreams.OpenError(), s_utf8, 1024) { AutoFlush = true, NewLine = "\n" };
    }

    /// <summary>Standard output for data that is no text. Flush <see cref="Out"/> before writing to it.</summary>
    public Stream Bytes { get; }

    /// <summary>Standard output: data.</summary>
    public TextWriter Out { get; }

    /// <summary>Standard error: words for people.</summary>
    public TextWriter Error { get; }

    public TimeProvider Time { get; } = TimeProvider.System;

    public static bool OutIsTerminal => !Console.IsOutputRedirected;

    public static bool ErrorIsTerminal => !Console.IsErrorRedirected;

    /// <summary>Set by <c>AWOC_DEBUG=1</c>: errors come with their stack traces.</summary>
    public static bool Debug => Environment.GetEnvironmentVariable("AWOC_DEBUG") is { Length: > 0 } and not "0";

    /// <summary>A client that starts the daemon when none serves.</summary>
    public AwocClient Client() => Client(AwocHome.Resolve(), new DaemonLauncher(Time));

    /// <summary>A client for a daemon that is there, or is not.</summary>
    public AwocClient Client(AwocHome home, DaemonLauncher? launcher)
    {
        var client = new AwocClient(home, launcher, Time) { Notice = Say };
        _clients.Add(client);
        return client;
    }

    /// <summary>A sentence for a person.</summary>
    public void Say(string sentence) => Error.WriteLine($"awoc: {Printable.Lines(sentence)}");

    public void Dispose()
    {
        foreach (var client in _clients) client.Dispose();
        // What could not be written was reported when it was flushed.
    }
}
