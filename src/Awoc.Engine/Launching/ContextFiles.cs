using System.Text;
using Awoc.Core.Tasks;
using Awoc.Engine.Endings;
using Awoc.Prompts;

namespace Awoc.Engine.Launching;

/// <summary>
/// Which of a task's context files stand in the prompt: small text files, as they are when an attempt is prepared. Directories and
/// what is larger or no text are pointed at, and so is what is gone by then.
/// </summary>
internal static class ContextFiles
{
    /// <summary>In bytes.</summary>
    public const int LargestFile = 8 * 1024;

    /// <summary>In bytes, of all of a task's together.</summary>
    public const int LargestSum = 32 * 1024;

    public static IReadOnlyList<InlineFile> Inline(TaskSpec spec)
    {
        List<InlineFile> inline = [];
        var room = LargestSum;
        foreach (var path in spec.Context)
        {
            if (Read(path) is not { } bytes || bytes.Length > room || TextOf(bytes) is not { } text) continue;
            room -= bytes.Length;
            inline.Add(new InlineFile(path, text));
        }

        return inline;
    }

    /// <summary>Those that stand in the prompt, where others stand in the system prompt already.</summary>
    public static IReadOnlyList<InlineFile> Beside(TaskSpec spec, SharedMention? shared) =>
        shared is { Files.Count: > 0 } ? Inline(spec with { Context = spec.Context.RemoveRange(shared.Files) }) : Inline(spec);

    /// <summary>The files that are text, whole, as long as there is room; in the order of their paths, so that the order in which they are given does not matter.</summary>
    /// <param name="tokens">Room for all of them together, four bytes to a token.</param>
    public static IReadOnlyList<InlineFile> Whole(IEnumerable<string> paths, int tokens)
    {
        List<InlineFile> whole = [];
        var room = tokens * 4;
        foreach (var path in paths.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            if (Read(path, room) is not { } bytes || TextOf(bytes) is not { } text) continue;
            room -= bytes.Length;
            whole.Add(new InlineFile(path, text));
        }

        return whole;
    }

    private static byte[]? Read(string path, int largest = LargestFile)
    {
        if (!RegularFile.Is(path)) return null;
        try
        {
            using var file = File.OpenRead(path);
            if (file.Length > largest) return null;
            // Of a length that is not told, as /proc's, too.
            var bytes = new byte[(file.Length > 0 ? file.Length : largest) + 1];
            var read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return read > largest ? null : bytes[..read];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? TextOf(byte[] bytes)
    {
        if (bytes.Length == 0 || bytes.Contains((byte)0)) return null;
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
