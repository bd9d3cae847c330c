using Awoc.Shim.Native;

namespace Awoc.Shim.Records;

/// <summary>A record whose room is taken before it is needed, so that a disk that fills up meanwhile cannot keep it from being written.</summary>
internal sealed class Draft
{
    private readonly AttemptDirectory _directory;
    private readonly byte[] _draft;
    private readonly byte[] _name;
    private int _fd;

    internal Draft(AttemptDirectory directory, string name, int room)
    {
        _directory = directory;
        _name = Z.Of(name);
        _draft = Z.Of($"{name}.tmp");
        _fd = Fd.Open(directory.Fd, _draft, Open.Write | Open.Create | Open.Truncate, 0x180);
        if (_fd < 0) throw new ShimException($"cannot create {name}", -_fd);
        var error = Libc.Allocate(_fd, 0, room);
        if (error == 0) return;
        Drop();
        throw new ShimException($"no room for {name}", error);
    }

    /// <summary>Gives the record its content and its name, durably; 0, or the negative error (it may be tried again).</summary>
    internal int Commit(ReadOnlySpan<byte> content)
    {
        var error = 0;
        for (var done = 0; done < content.Length && error == 0;)
        {
            var n = WriteAt(content[done..], done);
            if (n < 0) error = n;
            else done += n;
        }

        if (error == 0) error = Libc.Truncate(_fd, content.Length);
        if (error == 0) error = Fd.Sync(_fd);
        if (error == 0) error = Fd.Rename(_directory.Fd, _draft, _name);
        if (error == 0) error = Fd.Sync(_directory.Fd);
        if (error == 0) Fd.Close(ref _fd);
        return error;
    }

    internal void Drop()
    {
        Fd.Close(ref _fd);
        _ = Fd.Unlink(_directory.Fd, _draft);
    }

    private unsafe int WriteAt(ReadOnlySpan<byte> content, long offset)
    {
        fixed (byte* p = content)
        {
            var n = Libc.PWrite(_fd, p, content.Length, offset);
            return n < 0 ? -System.Runtime.InteropServices.Marshal.GetLastPInvokeError() : (int)n;
        }
    }
}
