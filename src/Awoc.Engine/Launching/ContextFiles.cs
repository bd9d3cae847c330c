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

    private static byte[]? Read(string path)
    {
        if (!RegularFile.Is(path)) return null;
        try
        {
            using var file = File.OpenRead(path);
            var bytes = new byte[LargestFile + 1];
            var read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return read > LargestFile ? null : bytes[..read];
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
