using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Awoc.Runners.Credentials;

/// <summary>A file of the user's own that holds a key and that nobody else may read.</summary>
internal static partial class KeyFile
{
    private const UnixFileMode OthersRead = UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <param name="path">Absolute, or beginning with <c>~/</c>.</param>
    /// <param name="home">The caller's.</param>
    public static ConfiguredKey Read(string path, string? home)
    {
        var source = $"{AgentSettings.ApiKeyFile} {path}";
        if (path.StartsWith("~/", StringComparison.Ordinal) && home is not null) path = Path.Combine(home, path[2..]);
        if (!Path.IsPathFullyQualified(path)) return ConfiguredKey.Refused($"{source} is no absolute path");
        try
        {
            // A pipe would block the one who opens it.
            if (Directory.Exists(path) || (File.Exists(path) && !Stat(CurrentDirectory, path).IsRegular))
                return ConfiguredKey.Refused($"{source} is no file");
            using var file = File.OpenHandle(path);
            // From the open file, so that what is judged is what is read.
            if (Opened(file).Owner != EffectiveUser()) return ConfiguredKey.Refused($"{source} is not your own file: chown it, or name another");
            var mode = File.GetUnixFileMode(file);
            if ((mode & OthersRead) != 0) return ConfiguredKey.Refused($"{source} can be read by others: chmod 600 it");
            if ((mode & OthersWrite) != 0) return ConfiguredKey.Refused($"{source} can be changed by others: chmod 600 it");
            if (RandomAccess.GetLength(file) > ConfiguredKey.MaxLength) return ConfiguredKey.Refused($"{source} is too long for a key");
            var bytes = new byte[ConfiguredKey.MaxLength];
            return ConfiguredKey.Of(Encoding.UTF8.GetString(bytes, 0, RandomAccess.Read(file, bytes, 0)), source);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return ConfiguredKey.Refused($"{source} does not exist");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return ConfiguredKey.Refused($"{source} cannot be read");
        }
    }

    private const int CurrentDirectory = -100;
    private const int EmptyPath = 0x1000;
    private const uint WantKindAndOwner = 1 | 8;
    private const int KindMask = 0xF000;
    private const int RegularFile = 0x8000;

    /// <summary>Where <c>stx_uid</c> and <c>stx_mode</c> lie in the kernel's <c>struct statx</c>, the same on every architecture.</summary>
    private const int OwnerOffset = 20;
    private const int ModeOffset = 28;

    private static Standing Opened(SafeFileHandle file) => Stat((int)file.DangerousGetHandle(), "", EmptyPath);

    private static unsafe Standing Stat(int directory, string path, int flags = 0)
    {
        var found = stackalloc byte[256];
        return statx(directory, path, flags, WantKindAndOwner, found) == 0
            ? new Standing((*(ushort*)(found + ModeOffset) & KindMask) == RegularFile, *(uint*)(found + OwnerOffset))
            : throw new IOException($"{path} cannot be looked at");
    }

    private readonly record struct Standing(bool IsRegular, uint Owner);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int statx(int directory, string path, int flags, uint mask, byte* result);
}
