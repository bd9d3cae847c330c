using System.Text;
using Awoc.Cli.CommandLine;
using Awoc.Cli.Terminal;

namespace Awoc.Cli.Verbs;

/// <summary>
/// What the task is: <c>TYPE</c>, <c>TYPE:DESCRIPTION</c> or free text. A description of <c>-</c> is read from stdin, one that
/// begins with <c>@</c> from a file; <c>@@</c> stands for a description that really begins with one <c>@</c>.
/// </summary>
internal static class TaskText
{
    /// <summary>What the daemon takes.</summary>
    private const int MaxBytes = 1024 * 1024;

    public static async Task<string> ReadAsync(string task, CliConsole console, CancellationToken token)
    {
        var (prefix, description) = Split(task);
        return description switch
        {
            "-" => prefix + await FromAsync("stdin", () => OpenInput(console), token),
            ['@', '@', ..] => prefix + description[1..],
            ['@', .. var file] => prefix + await FromAsync(file, () => Open(file), token),
            _ => task,
        };
    }

    /// <summary>
    /// Parts <c>type:</c> from the description. A description alone gets <c>custom:</c> only where it comes from elsewhere, since a
    /// file's one word would else be taken for a type.
    /// </summary>
    private static (string Prefix, string Description) Split(string task)
    {
        if (task is "-" or ['@', ..]) return ("custom:", task);
        var colon = task.IndexOf(':', StringComparison.Ordinal);
        var isType = colon > 0 && !task.AsSpan(0, colon).ContainsAnyExcept(s_typeLetters);
        return isType ? (task[..(colon + 1)], task[(colon + 1)..]) : ("", task);
    }

    private static readonly System.Buffers.SearchValues<char> s_typeLetters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

    private static Stream OpenInput(CliConsole console)
    {
        if (!Console.IsInputRedirected) console.Say("the description is read from this terminal: type it, then end with Ctrl-D on a line of its own");
        return Console.OpenStandardInput();
    }

    private static FileStream Open(string file)
    {
        try
        {
            return File.OpenRead(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException(
                $"The description's file '{file}' cannot be read: {Why(file)}. A description that begins with @ is written with @@.");
        }
    }

    private static string Why(string file) =>
        Directory.Exists(file) ? "it is a directory" : File.Exists(file) ? "permission denied" : "there is no such file";

    private static async Task<string> FromAsync(string name, Func<Stream> open, CancellationToken token)
    {
        await using var stream = open();
        using var bytes = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (int read; (read = await stream.ReadAsync(buffer, token)) > 0;)
        {
            bytes.Write(buffer, 0, read);
            if (bytes.Length > MaxBytes) throw new UsageException($"The description from {name} is larger than {MaxBytes / 1024 / 1024} MiB: shorten it, and name the rest with --context.");
        }

        try
        {
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
            if (text.Contains('\0', StringComparison.Ordinal)) throw new UsageException($"The description from {name} is binary, not text: name the file with --context.");
            return text.Trim().TrimStart('\uFEFF') is { Length: > 0 } description
                ? description
                : throw new UsageException($"The description from {name} is empty.");
        }
        catch (DecoderFallbackException)
        {
            throw new UsageException($"The description from {name} is not UTF-8 text.");
        }
    }
}
