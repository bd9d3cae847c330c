using System.Text;

namespace Awoc.AgentHost.Tools;

internal static class TextFile
{
    private const int Sample = 8_000;

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>A NUL byte near the beginning: the sign that git and grep go by.</summary>
    public static async Task<bool> IsBinaryAsync(string path, CancellationToken cancellation)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        var start = new byte[Sample];
        var read = await file.ReadAtLeastAsync(start, Sample, throwOnEndOfStream: false, cancellation);
        return start.AsSpan(0, read).Contains((byte)0);
    }

    /// <summary>
    /// The whole text as it is, a byte order mark as its first character: <see cref="ReplaceAsync"/> writes the same bytes again.
    /// What is not UTF-8 cannot be, and is a fault.
    /// </summary>
    public static async Task<string> ReadExactAsync(string path, CancellationToken cancellation)
    {
        var bytes = await File.ReadAllBytesAsync(path, cancellation);
        if (bytes.AsSpan(0, Math.Min(bytes.Length, Sample)).Contains((byte)0)) throw new ToolFault($"{path} is a binary file");
        try
        {
            return s_strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new ToolFault($"{path} is not UTF-8 text: change it with a program that keeps its encoding, in Bash, or convert it first");
        }
    }

    /// <summary>
    /// Writes the file whole or not at all, keeping its mode and a link to it: a process killed half-way must not leave half
    /// an output behind.
    /// </summary>
    public static async Task ReplaceAsync(string path, string content, CancellationToken cancellation)
    {
        var file = new FileInfo(path);
        // Asked of a file that is not there, the resolving throws.
        var target = file.LinkTarget is null ? path : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var temporary = $"{target}.{Environment.ProcessId}.tmp";
        try
        {
            await File.WriteAllTextAsync(temporary, content, new UTF8Encoding(false), cancellation);
            if (!OperatingSystem.IsWindows() && File.Exists(target)) File.SetUnixFileMode(temporary, File.GetUnixFileMode(target));
            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
