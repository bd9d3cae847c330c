using Awoc.Shim.Native;
using Awoc.Shim.Records;

namespace Awoc.Shim.Agent;

/// <summary>Feeds the agent's stdin without ever waiting for it: first a file, then lines, each recorded before it is written.</summary>
internal sealed class StdinPump
{
    private readonly Queue<byte[]> _lines = new();
    private readonly LogFile _record;
    private readonly JsonOut _json;
    private readonly byte[] _scratch;
    private int _fd;
    private int _file;
    private int _nextFile = -1;
    private long _fileAt;
    private int _lineAt;
    private bool _eof;
    private int _slot = -1;

    internal StdinPump(int fd, int file, bool keepOpen, LogFile record, JsonOut json, byte[] scratch)
    {
        (_fd, _file, _eof, _record, _json, _scratch) = (fd, file, !keepOpen, record, json, scratch);
        if (_fd >= 0) Fd.SetNonBlocking(_fd);
    }

    /// <summary>Highest number of a line taken.</summary>
    internal long Sequence { get; private set; }

    /// <summary>Takes a line once. False where stdin is closed, or will be before it.</summary>
    internal bool Take(long n, ReadOnlySpan<byte> line)
    {
        if (n <= Sequence) return true;
        Sequence = n;
        return Queue(n, line);
    }

    /// <summary>Queues lines of the shim's own, the ladder's. False where stdin is closed, or will be before them.</summary>
    internal bool Ask(ReadOnlySpan<byte> lines)
    {
        if (_fd < 0 || _eof) return false;
        foreach (var range in lines.Split((byte)'\n'))
            if (!lines[range].IsEmpty) Queue(null, lines[range]);
        return true;
    }

    /// <summary>One more file, before any line that is not yet written.</summary>
    internal void Feed(int file)
    {
        if (_fd < 0) Fd.Close(ref file);
        else if (_file < 0) (_file, _fileAt) = (file, 0);
        else _nextFile = file;
    }

    /// <summary>Closes stdin after what is queued.</summary>
    internal void End() => _eof = true;

    internal void Close()
    {
        Fd.Close(ref _fd);
        Fd.Close(ref _file);
        Fd.Close(ref _nextFile);
        _lines.Clear();
    }

    internal void Prepare(Poll poll)
    {
        _slot = -1;
        if (_fd < 0) return;

        // Without anything to write this still tells of an agent that closed its end.
        var write = _file >= 0 || (_lines.Count > 0 && !_record.Full) || (_eof && _lines.Count == 0);
        _slot = poll.Add(_fd, write ? Ready.Out : (short)0);
    }

    internal void Handle(Poll poll)
    {
        if (_fd < 0) return;
        if (poll.Ready(_slot, Ready.Error | Ready.HangUp)) Close();
        else if (poll.Ready(_slot, Ready.Out)) Pump();
    }

    private bool Queue(long? n, ReadOnlySpan<byte> line)
    {
        if (_fd < 0 || _eof) return false;
        var json = _json.Begin();
        json.Number("n"u8, n);
        json.WriteNumber("us"u8, Clock.UnixUs());
        json.WriteString("line"u8, line);
        _record.Append(_json.End());
        _lines.Enqueue([.. line, (byte)'\n']);
        return true;
    }

    private void Pump()
    {
        while (_file >= 0)
        {
            var n = Fd.ReadAt(_file, _scratch, _fileAt);
            if (n <= 0)
            {
                Fd.Close(ref _file);
                (_file, _nextFile, _fileAt) = (_nextFile, -1, 0);
                continue;
            }

            var written = Fd.Write(_fd, _scratch.AsSpan(0, n));
            if (written > 0) _fileAt += written;
            if (written < n) return;
        }

        while (_lines.Count > 0 && !_record.Full)
        {
            var line = _lines.Peek();
            var written = Fd.Write(_fd, line.AsSpan(_lineAt));
            if (written < 0) return;
            _lineAt += written;
            if (_lineAt < line.Length) return;
            _lineAt = 0;
            _lines.Dequeue();
        }

        if (_eof && _lines.Count == 0) Close();
    }
}
