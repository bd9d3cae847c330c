using System.Text;

namespace Awoc.AgentHost.Tools;

/// <summary>A text by its lines, each cut at a length: a longer one is never held in memory.</summary>
internal sealed class BoundedLines(TextReader reader, int maxLength)
{
    private readonly char[] _buffer = new char[4096];
    private readonly StringBuilder _line = new();
    private int _at;
    private int _end;

    /// <summary>The next line without its end, with an ellipsis where it was cut; null at the end.</summary>
    public async ValueTask<string?> ReadAsync(CancellationToken cancellation)
    {
        _line.Clear();
        var any = false;
        var cut = false;
        while (_at < _end || await FillAsync(cancellation))
        {
            any = true;
            var piece = _buffer.AsSpan(_at, _end - _at);
            var length = piece.IndexOf('\n');
            if (length >= 0) piece = piece[..length];
            var room = Math.Min(piece.Length, maxLength - _line.Length);
            _line.Append(piece[..room]);
            cut |= room < piece.Length;
            _at += length >= 0 ? length + 1 : piece.Length;
            if (length >= 0) break;
        }

        if (!any) return null;
        if (cut) _line.Append('…');
        else if (_line.Length > 0 && _line[^1] == '\r') _line.Length--;
        return _line.ToString();
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellation)
    {
        (_at, _end) = (0, await reader.ReadAsync(_buffer.AsMemory(), cancellation));
        return _end > 0;
    }
}
