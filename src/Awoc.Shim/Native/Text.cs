using System.Text;

namespace Awoc.Shim.Native;

/// <summary>Paths and entries as the kernel takes them: UTF-8 with a NUL at the end.</summary>
internal static class Z
{
    internal static byte[] Of(string text)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        Encoding.UTF8.GetBytes(text, bytes);
        return bytes;
    }

    internal static byte[] Of(ReadOnlySpan<byte> text)
    {
        var bytes = new byte[text.Length + 1];
        text.CopyTo(bytes);
        return bytes;
    }

    internal static byte[] Join(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, ReadOnlySpan<byte> c = default)
    {
        var bytes = new byte[a.Length + b.Length + c.Length + 1];
        a.CopyTo(bytes);
        b.CopyTo(bytes.AsSpan(a.Length));
        c.CopyTo(bytes.AsSpan(a.Length + b.Length));
        return bytes;
    }

    /// <summary>The text without its NUL.</summary>
    internal static ReadOnlySpan<byte> Trim(byte[] text) => text.AsSpan(0, text.Length - 1);
}
