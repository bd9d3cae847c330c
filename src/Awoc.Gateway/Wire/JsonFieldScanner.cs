using System.Buffers;
using System.Text;

namespace Awoc.Gateway.Wire;

/// <summary>
/// Takes a JSON object in chunks split anywhere and gives the raw values of a few of its own fields. Holds only those
/// values, up to a limit each, so that a long answer passes in constant memory. Does not validate: what is no JSON gives
/// no fields, or values that a real parser then refuses.
/// </summary>
internal sealed class JsonFieldScanner(Action<string, ReadOnlySpan<byte>> onField, params string[] names)
{
    private const int MaxValueBytes = 64 * 1024;
    private const int MaxNameBytes = 64;

    private readonly ArrayBufferWriter<byte> _name = new(MaxNameBytes);
    private readonly ArrayBufferWriter<byte> _value = new(256);
    private string? _captured;
    private int _depth;
    private bool _inString;
    private bool _escaped;
    private bool _nameExpected;
    private bool _inName;
    private bool _over;

    public void Read(ReadOnlySpan<byte> chunk)
    {
        while (!chunk.IsEmpty && !_over)
        {
            if (_inString) chunk = ReadString(chunk);
            else
            {
                ReadStructure(chunk[0], chunk[..1]);
                chunk = chunk[1..];
            }
        }
    }

    private ReadOnlySpan<byte> ReadString(ReadOnlySpan<byte> chunk)
    {
        if (_escaped)
        {
            _escaped = false;
            Keep(chunk[..1]);
            return chunk[1..];
        }

        var end = chunk.IndexOfAny((byte)'"', (byte)'\\');
        if (end < 0)
        {
            Keep(chunk);
            return default;
        }

        if (chunk[end] == '\\')
        {
            _escaped = true;
            Keep(chunk[..(end + 1)]);
        }
        else
        {
            _inString = false;
            Keep(chunk[..(_inName ? end : end + 1)]);
            _inName = false;
        }

        return chunk[(end + 1)..];
    }

    private void ReadStructure(byte b, ReadOnlySpan<byte> raw)
    {
        switch (b)
        {
            case (byte)'"':
                _inString = true;
                if (_depth == 1 && _nameExpected)
                {
                    _inName = true;
                    _nameExpected = false;
                    _name.ResetWrittenCount();
                }
                else Keep(raw);
                break;
            case (byte)'{' or (byte)'[':
                Keep(raw);
                if (++_depth == 1) _nameExpected = b == '{';
                break;
            case (byte)'}' or (byte)']':
                if (--_depth > 0)
                {
                    Keep(raw);
                    break;
                }

                EndValue();
                _over = true;
                break;
            case (byte)',' when _depth == 1:
                EndValue();
                _nameExpected = true;
                break;
            case (byte)':' when _depth == 1:
                BeginValue();
                break;
            default:
                Keep(raw);
                break;
        }
    }

    private void BeginValue()
    {
        _value.ResetWrittenCount();
        _captured = null;
        foreach (var name in names)
        {
            if (Encoding.UTF8.GetByteCount(name) != _name.WrittenCount) continue;
            if (Encoding.UTF8.GetString(_name.WrittenSpan) == name) _captured = name;
        }
    }

    private void EndValue()
    {
        if (_captured is { } name) onField(name, _value.WrittenSpan);
        _captured = null;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_inName)
        {
            if (_name.WrittenCount + bytes.Length <= MaxNameBytes) _name.Write(bytes);
            else _name.Write(bytes[..Math.Max(0, MaxNameBytes - _name.WrittenCount)]);
        }
        else if (_captured is not null)
        {
            if (_value.WrittenCount + bytes.Length <= MaxValueBytes) _value.Write(bytes);
            else _captured = null;
        }
    }
}
