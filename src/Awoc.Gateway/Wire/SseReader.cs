using System.Buffers;

namespace Awoc.Gateway.Wire;

/// <summary>
/// Takes a server-sent event stream in chunks split anywhere and gives the data of each event. Follows the line rules of the
/// HTML standard (LF, CRLF, CR; several data lines; a byte order mark). An event beyond the limit is left out, not cut.
/// </summary>
internal sealed class SseReader(Action<ReadOnlySpan<byte>> onData, int maxEventBytes = SseReader.DefaultMaxEventBytes)
{
    /// <summary>Events that carry usage are under 2 kB; large ones are content, which is not read.</summary>
    public const int DefaultMaxEventBytes = 1024 * 1024;

    private readonly ArrayBufferWriter<byte> _line = new(512);
    private readonly ArrayBufferWriter<byte> _data = new(512);
    private bool _hasData;
    private bool _tooLong;
    private bool _afterCarriageReturn;
    private bool _started;

    public void Read(ReadOnlySpan<byte> chunk)
    {
        while (!chunk.IsEmpty)
        {
            if (_afterCarriageReturn)
            {
                _afterCarriageReturn = false;
                if (chunk[0] == '\n')
                {
                    chunk = chunk[1..];
                    continue;
                }
            }

            var end = chunk.IndexOfAny((byte)'\n', (byte)'\r');
            if (end < 0)
            {
                Append(_line, chunk);
                return;
            }

            Append(_line, chunk[..end]);
            _afterCarriageReturn = chunk[end] == '\r';
            chunk = chunk[(end + 1)..];
            EndLine();
        }
    }

    /// <summary>The stream is over. An event without its blank line still counts: what it told was generated.</summary>
    public void End()
    {
        if (_line.WrittenCount > 0) EndLine();
        Dispatch();
    }

    private void Append(ArrayBufferWriter<byte> buffer, ReadOnlySpan<byte> bytes)
    {
        if (_tooLong) return;
        if (_line.WrittenCount + _data.WrittenCount + bytes.Length > maxEventBytes) _tooLong = true;
        else buffer.Write(bytes);
    }

    private void EndLine()
    {
        var line = _line.WrittenSpan;
        if (!_started)
        {
            _started = true;
            if (line.StartsWith("\uFEFF"u8)) line = line["\uFEFF"u8.Length..];
        }

        if (line.IsEmpty && !_tooLong) Dispatch();
        else if (line.IsEmpty) Skip();
        else if (DataOf(line, out var value)) AddData(value);
        _line.ResetWrittenCount();
    }

    private static bool DataOf(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!line.StartsWith("data"u8)) return false;
        var rest = line[4..];
        if (rest.IsEmpty) return true;
        if (rest[0] != ':') return false;
        value = rest[1..];
        if (!value.IsEmpty && value[0] == ' ') value = value[1..];
        return true;
    }

    private void AddData(ReadOnlySpan<byte> value)
    {
        if (_tooLong) return;
        if (_hasData) _data.Write("\n"u8);
        _data.Write(value);
        _hasData = true;
    }

    private void Dispatch()
    {
        if (_hasData && !_tooLong) onData(_data.WrittenSpan);
        Skip();
    }

    private void Skip()
    {
        _data.ResetWrittenCount();
        _hasData = false;
        _tooLong = false;
    }
}
