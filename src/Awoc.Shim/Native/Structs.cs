using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Awoc.Shim.Native;

internal struct PollSlot
{
    public int Fd;
    public short Events;
    public short Ready;
}

internal struct TimeSpec
{
    public long Seconds;
    public long Nanoseconds;
}

/// <summary>glibc's sigset_t: a bit for each signal, 128 bytes whatever the architecture.</summary>
[InlineArray(16)]
internal struct SignalSet
{
    private ulong _word;

    public void Add(int signal) => this[0] |= 1UL << (signal - 1);

    public static SignalSet Full()
    {
        var set = default(SignalSet);
        for (var i = 0; i < 16; i++) set[i] = ulong.MaxValue;
        return set;
    }
}

internal struct ResourceUse
{
    public TimeSpec User;
    public TimeSpec System;
    public long MaxResidentKb;
    private InlineLongs _rest;

    [InlineArray(13)]
    private struct InlineLongs
    {
        private long _first;
    }
}

/// <summary>struct dirent of 64-bit glibc; the name runs on past the struct to its NUL.</summary>
[StructLayout(LayoutKind.Explicit)]
internal struct DirectoryEntry
{
    [FieldOffset(18)]
    public byte Type;

    [FieldOffset(19)]
    public byte Name;
}

internal struct PeerCredentials
{
    public int Pid;
    public uint Uid;
    public uint Gid;
}

[InlineArray(108)]
internal struct SocketPath
{
    private byte _first;
}

internal struct UnixAddress
{
    public ushort Family;
    public SocketPath Path;
}

/// <summary>sockaddr_in, port and address in network order.</summary>
internal struct InternetAddress
{
    public ushort Family;
    public ushort Port;
    public uint Address;
    private ulong _zero;
}
