using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace Awoc.Gateway.Attempts;

/// <summary>
/// An attempt's <c>gateway.jsonl</c>. Each line is one write, which survives the end of this process; it is not synced to
/// disk, since that would cost every model call more than the gateway may add. One writer.
/// </summary>
internal sealed class Ledger(string path) : IDisposable
{
    private SafeFileHandle? _file;
    private long _length;

    /// <summary>
    /// The lines so far. One that cannot be read is left out: a grant cut by a full disk was not forwarded, and a settlement
    /// that is missing leaves its grant open, which then counts in full.
    /// </summary>
    public IEnumerable<LedgerLine> Replay()
    {
        if (!File.Exists(path)) yield break;
        foreach (var text in File.ReadLines(path))
        {
            if (Parse(text) is { } line) yield return line;
        }
    }

    /// <summary>False when it could not be written; the file then ends where it ended before.</summary>
    public bool TryAppend(LedgerLine line, out string? fault)
    {
        fault = null;
        var json = JsonSerializer.SerializeToUtf8Bytes(line, LedgerJson.Default.LedgerLine);
        try
        {
            var file = _file ??= OpenAtEnd();
            var bytes = new byte[json.Length + 1];
            json.CopyTo(bytes, 0);
            bytes[^1] = (byte)'\n';
            RandomAccess.Write(file, bytes, _length);
            _length += bytes.Length;
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            fault = e.Message;
            CutTornLine();
            return false;
        }
    }

    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
    }

    private static LedgerLine? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, LedgerJson.Default.LedgerLine);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private SafeFileHandle OpenAtEnd()
    {
        var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _length = RandomAccess.GetLength(file);
        Span<byte> last = stackalloc byte[1];

        // A daemon that died in mid-write leaves a line without an end: the next one must not be glued to it.
        if (_length > 0 && RandomAccess.Read(file, last, _length - 1) == 1 && last[0] != '\n')
        {
            RandomAccess.Write(file, "\n"u8, _length);
            _length++;
        }

        return file;
    }

    private void CutTornLine()
    {
        try
        {
            if (_file is not null) RandomAccess.SetLength(_file, _length);
        }
        catch (IOException)
        {
            // The next line overwrites what is there; a reader leaves out what is no line.
        }
    }
}
