using System.Buffers.Text;
using Awoc.Shim.Native;

namespace Awoc.Shim.Records;

/// <summary>The fields of <c>/proc/PID/stat</c> that matter: <c>812 (a name) S 1 …</c>.</summary>
internal readonly record struct ProcessStat(byte State, int Parent, long StartTicks)
{
    internal bool IsDead => State is (byte)'Z' or (byte)'X';

    internal static ProcessStat? Read(int pid)
    {
        var fd = Fd.Open(Fd.WorkingDirectory, Z.Of($"/proc/{pid}/stat"), Open.Read);
        if (fd < 0) return null;
        Span<byte> buffer = stackalloc byte[1024];
        var n = Fd.Read(fd, buffer);
        Fd.Close(ref fd);
        if (n <= 0) return null;

        // The name may hold spaces and brackets: the fields begin after the last one.
        var text = buffer[..n];
        text = text[(text.LastIndexOf((byte)')') + 2)..];
        return new ProcessStat(text[0], (int)Field(text, 1), Field(text, 19));
    }

    private static long Field(ReadOnlySpan<byte> text, int index)
    {
        for (; index > 0; index--) text = text[(text.IndexOf((byte)' ') + 1)..];
        return Utf8Parser.TryParse(text, out long value, out _) ? value : 0;
    }
}
