using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Awoc.Engine.Endings;

/// <summary>Tells files from pipes, sockets and devices, which .NET does not: opening a pipe waits for its other end.</summary>
public static partial class RegularFile
{
    private const int CurrentDirectory = -100;
    private const uint TypeOnly = 1;
    private const int TypeMask = 0xF000;
    private const int Regular = 0x8000;
    private const int Directory = 0x4000;

    // struct statx is the same on every architecture: 256 bytes, stx_mode in bytes 28 and 29.
    private const int Size = 256;
    private const int ModeAt = 28;
    private const int UserAt = 20;
    private const int GroupAt = 24;
    private const int ModeMask = 0xFFF;
    private const uint Basic = 0x7FF;

    /// <summary>True for a file, or a link to one; false for anything else and for nothing.</summary>
    public static bool Is(string path) => TypeOf(path) == Regular;

    /// <summary>True for a pipe, a device or the like.</summary>
    public static bool IsOther(string path) => TypeOf(path) is not (null or Regular or Directory);

    /// <summary>Owner and mode, links followed; null for nothing.</summary>
    public static FileOwner? OwnerOf(string path)
    {
        Span<byte> status = stackalloc byte[Size];
        return Status(CurrentDirectory, path, 0, Basic, status) == 0
            ? new FileOwner(
                BinaryPrimitives.ReadUInt32LittleEndian(status[UserAt..]),
                BinaryPrimitives.ReadUInt32LittleEndian(status[GroupAt..]),
                (UnixFileMode)(BinaryPrimitives.ReadUInt16LittleEndian(status[ModeAt..]) & ModeMask))
            : null;
    }

    private static int? TypeOf(string path)
    {
        Span<byte> status = stackalloc byte[Size];
        return Status(CurrentDirectory, path, 0, TypeOnly, status) == 0
            ? BinaryPrimitives.ReadUInt16LittleEndian(status[ModeAt..]) & TypeMask
            : null;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(int directory, string path, int flags, uint mask, Span<byte> status);
}

/// <summary>Whose a file is and who may do what with it.</summary>
public sealed record FileOwner(uint User, uint Group, UnixFileMode Mode)
{
    private const UnixFileMode AnyWrite = UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Nobody may write it: whoever made it so meant it, though a rename would go past that.</summary>
    public bool IsReadOnly => (Mode & AnyWrite) == 0;
}
