using Awoc.Cli.Terminal;
using Awoc.Client;

namespace Awoc.Cli.Verbs;

/// <summary>Copies what a task wrote, as it comes.</summary>
internal static class LogCopy
{
    /// <summary>
    /// Until the task has ended. A lost connection is taken up where it was; a log that began in the middle cannot be, since
    /// its place in the whole is not known, and ends with the way on.
    /// </summary>
    public static async Task FollowAsync(
        AwocClient client, CliConsole console, string reference, TaskLog log, int? tail, Stream target, CancellationToken token)
    {
        long done = 0;
        while (true)
        {
            await using var source = await client.LogAsync(reference, log, follow: true, tail, token);
            var at = new Position();
            try
            {
                await CopyAsync(source, target, done, at, token);
                return;
            }
            catch (Exception e) when (e is HttpRequestException or IOException and not BrokenPipeException)
            {
                if (tail is not null || at.Bytes <= done)
                    throw AwocException.Unavailable($"The daemon broke off. Go on with: awoc logs -f {reference}", e.Message, e);
                done = at.Bytes;
                console.Say("the daemon broke off; following again");
            }
        }
    }

    /// <summary>The whole of it.</summary>
    public static Task CopyAsync(Stream source, Stream target, CancellationToken token) => CopyAsync(source, target, 0, new Position(), token);

    /// <summary>All but the first bytes, which were copied before. How far it came outlives a failure.</summary>
    private static async Task CopyAsync(Stream source, Stream target, long skip, Position at, CancellationToken token)
    {
        var buffer = new byte[16 * 1024];
        for (int read; (read = await source.ReadAsync(buffer, token)) > 0; at.Bytes += read)
        {
            var from = (int)Math.Clamp(skip - at.Bytes, 0, read);
            target.Write(buffer, from, read - from);
        }
    }

    private sealed class Position
    {
        public long Bytes { get; set; }
    }
}
