using System.Buffers.Binary;
using System.Text;

namespace Awoc.Engine.Supervision;

/// <summary>
/// Reads an attempt's <c>events.jsonl</c> line by line as the shim tells that it grows, each line with the time at which
/// its last byte arrived (from <c>events.idx</c>): what is made from the log is the same whenever it is read.
/// </summary>
public sealed class AgentLog(string eventsPath, string indexPath) : IDisposable
{
    private const int IndexRecord = 16;
    private const int MaxLine = 64 * 1024 * 1024;

    private readonly byte[] _chunk = new byte[64 * 1024];
    private readonly MemoryStream _line = new();
    private readonly byte[] _record = new byte[IndexRecord];
    private FileStream? _events;
    private FileStream? _index;
    private long _nextOffset = -1;
    private long _nextTime;
    private long _time;

    /// <summary>Bytes taken in so far, cut lines included.</summary>
    public long Offset { get; private set; }

    /// <summary>The lines that are whole up to a length of the file; with <paramref name="last"/> also what is cut off.</summary>
    public IEnumerable<LogLine> ReadTo(long length, bool last = false)
    {
        _events ??= Open(eventsPath);
        if (_events is not null)
        {
            _events.Position = Offset;
            while (Offset < length)
            {
                var read = _events.Read(_chunk, 0, (int)Math.Min(_chunk.Length, length - Offset));
                if (read == 0) break;
                var begin = 0;
                while (begin < read)
                {
                    var end = Array.IndexOf(_chunk, (byte)'\n', begin, read - begin);
                    var stop = end < 0 ? read : end;
                    if (_line.Length < MaxLine) _line.Write(_chunk, begin, stop - begin);
                    if (end < 0) break;
                    yield return Take(Offset + end + 1);
                    begin = end + 1;
                }

                Offset += read;
            }
        }

        if (last && _line.Length > 0) yield return Take(Offset);
    }

    public void Dispose()
    {
        _events?.Dispose();
        _index?.Dispose();
        _line.Dispose();
    }

    private LogLine Take(long end)
    {
        var line = new LogLine(_line.ToArray(), ArrivalOf(end - 1));
        _line.SetLength(0);
        return line;
    }

    /// <summary>The arrival time of the read that brought this byte.</summary>
    private DateTimeOffset ArrivalOf(long offset)
    {
        _index ??= Open(indexPath);
        while (_index is not null)
        {
            if (_nextOffset < 0 && !ReadRecord()) break;
            if (_nextOffset > offset) break;
            _time = _nextTime;
            _nextOffset = -1;
        }

        return DateTimeOffset.UnixEpoch.AddTicks(_time * TimeSpan.TicksPerMicrosecond);
    }

    private bool ReadRecord()
    {
        var at = _index!.Position;
        if (_index.ReadAtLeast(_record, IndexRecord, throwOnEndOfStream: false) < IndexRecord)
        {
            _index.Position = at;
            return false;
        }

        _nextOffset = BinaryPrimitives.ReadInt64LittleEndian(_record);
        _nextTime = BinaryPrimitives.ReadInt64LittleEndian(_record.AsSpan(8));
        return true;
    }

    private static FileStream? Open(string path) =>
        File.Exists(path) ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1) : null;
}

/// <param name="Bytes">Without the newline.</param>
/// <param name="At">When its last byte arrived.</param>
public readonly record struct LogLine(ReadOnlyMemory<byte> Bytes, DateTimeOffset At)
{
    public string Text => Encoding.UTF8.GetString(Bytes.Span);
}
