using Awoc.Shim.Native;

namespace Awoc.Shim.Records;

/// <summary>The attempt's directory, held open: every file of it is reached through the descriptor.</summary>
internal sealed class AttemptDirectory
{
    internal AttemptDirectory(string path)
    {
        Fd = Native.Fd.Open(Native.Fd.WorkingDirectory, Z.Of(path), Open.Read);
        if (Fd < 0) throw new ShimException($"cannot open {path}", -Fd);
    }

    internal int Fd { get; }

    /// <summary>Opens a log for appending.</summary>
    internal int OpenLog(ReadOnlySpan<byte> name)
    {
        var fd = Native.Fd.Open(Fd, name, Open.Write | Open.Create | Open.Append, 0x180);
        return fd >= 0 ? fd : throw new ShimException("cannot open a log", -fd);
    }

    /// <summary>Notes trouble in <c>shim.log</c>, which exists only where there was some.</summary>
    internal void Note(string text)
    {
        var fd = Native.Fd.Open(Fd, "shim.log"u8, Open.Write | Open.Create | Open.Append, 0x180);
        if (fd < 0) return;
        _ = Native.Fd.WriteAll(fd, Z.Trim(Z.Of($"{Clock.UnixUs()} {text}\n")));
        Native.Fd.Close(ref fd);
    }

    /// <summary>
    /// Writes the claim whole or not at all. False where there is one: linking fails as an exclusive create does, and unlike that
    /// never shows a claim without its content.
    /// </summary>
    internal bool Claim(ReadOnlySpan<byte> content)
    {
        var draft = Z.Of($"claim.{Libc.ProcessId()}.tmp");
        var fd = Native.Fd.Open(Fd, draft, Open.Write | Open.Create | Open.Truncate, 0x180);
        if (fd < 0) throw new ShimException("cannot create the claim", -fd);
        var error = Native.Fd.WriteAll(fd, content);
        if (error == 0) error = Native.Fd.Sync(fd);
        Native.Fd.Close(ref fd);
        if (error == 0) error = Native.Fd.Link(Fd, draft, "claim"u8);
        _ = Native.Fd.Unlink(Fd, draft);
        if (error == -Errno.Exists) return false;
        if (error == 0) error = Native.Fd.Sync(Fd);
        return error == 0 ? true : throw new ShimException("cannot write the claim", -error);
    }

    internal void GiveClaimBack()
    {
        _ = Native.Fd.Unlink(Fd, "claim"u8);
        _ = Native.Fd.Sync(Fd);
    }
}
