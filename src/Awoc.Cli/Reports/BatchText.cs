using System.Text;
using Awoc.Cli.CommandLine;
using Awoc.Cli.Terminal;

namespace Awoc.Cli.Reports;

/// <summary>The text of a batch file.</summary>
internal static class BatchText
{
    public const string Stdin = "-";

    /// <summary>In bytes: the daemon takes no more of its text either.</summary>
    private const int Longest = 32 * 1024 * 1024;

    public static async Task<string> ReadAsync(string file, CliConsole console, CancellationToken token)
    {
        try
        {
            await using var stream = file == Stdin ? Console.OpenStandardInput() : File.OpenRead(file);
            using var bytes = new MemoryStream();
            var buffer = new byte[64 * 1024];
            for (int read; (read = await stream.ReadAsync(buffer, token)) > 0;)
            {
                bytes.Write(buffer, 0, read);
                if (bytes.Length > Longest) throw new UsageException($"'{Printable.Line(file)}' has more than {Longest / 1024 / 1024} MiB: put some of its tasks into another file.");
            }

            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
        }
        catch (DecoderFallbackException)
        {
            throw new UsageException($"'{Printable.Line(file)}' is no text in UTF-8.");
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"'{Printable.Line(file)}' cannot be read: {broken.Message}");
        }
    }
}
