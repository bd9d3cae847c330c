using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Awoc.Gateway.Attempts;

namespace Awoc.Gateway.Wire;

/// <summary>
/// An attempt's <c>wire.jsonl</c>, mode 0600: what was asked and answered, a line a call. Never a header; and what looks like a
/// credential in a body is blacked out.
/// </summary>
/// <param name="secrets">Texts that must not get into it, whatever they look like.</param>
internal sealed partial class WireLog(string path, IEnumerable<string?> secrets) : IDisposable
{
    private const string Black = "[redacted]";

    /// <summary>The key that the rehearsal server's exports name. It opens nothing, and is a word that texts and paths have in them.</summary>
    private const string NoSecret = "rehearsal";

    private readonly Lock _gate = new();
    private readonly string[] _secrets = [.. secrets.OfType<string>().Where(s => s is not ("" or NoSecret)).SelectMany(s => new[] { s, JsonEncodedText.Encode(s).ToString() }).Distinct()];
    private FileStream? _file;
    private bool _closed;

    /// <exception cref="IOException">It cannot be written.</exception>
    public void Append(AttemptCall call, DateTimeOffset at)
    {
        if (call.Tap is not { } tap) return;
        var line = LineOf(call, tap, at);
        lock (_gate)
        {
            if (_closed) return;
            _file ??= OpenAtEnd();
            var end = _file.Length;
            try
            {
                _file.Write(line);
            }
            catch (IOException)
            {
                CutTornLine(_file, end);
                throw;
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            _file?.Dispose();
            _file = null;
        }
    }

    private FileStream OpenAtEnd()
    {
        var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Read,
            BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });

        // A daemon that died in mid-write leaves a line without an end: the next one must not be glued to it.
        if (file.Length > 0)
        {
            file.Seek(-1, SeekOrigin.End);
            if (file.ReadByte() != '\n') file.Write("\n"u8);
        }

        return file;
    }

    private static void CutTornLine(FileStream file, long end)
    {
        try
        {
            file.SetLength(end);
            file.Seek(0, SeekOrigin.End);
        }
        catch (IOException)
        {
            // A reader leaves out what is no line.
        }
    }

    private byte[] LineOf(AttemptCall call, WireTap tap, DateTimeOffset at)
    {
        var buffer = new ArrayBufferWriter<byte>(tap.Request.Length + 1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("n"u8, call.Number);
            json.WriteString("at"u8, at);
            if (tap.Agent is { } agent) json.WriteString("agent"u8, agent);
            if (call.Terms.Report) json.WriteBoolean("report"u8, true);
            json.WriteNumber("cap"u8, call.Terms.Cap);
            WriteBody(json, "request", tap.Request);
            if (call.Status is { } status) json.WriteNumber("status"u8, status);
            if (call.ResetsAt is { } resets) json.WriteString("resetsAt"u8, resets);
            WriteBody(json, "response", tap.Response);
            if (tap.Cut) json.WriteBoolean("cut"u8, true);
            if (call.MillisecondsToFirstByte is { } first) json.WriteNumber("ttfbMs"u8, first);
            json.WriteNumber("ms"u8, call.Milliseconds);
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>JSON as JSON, on one line; anything else (a stream's events, a page of HTML) as a string.</summary>
    private void WriteBody(Utf8JsonWriter json, string name, byte[] body)
    {
        var text = Redact(Encoding.UTF8.GetString(body));
        json.WritePropertyName(name);
        if (!text.AsSpan().TrimStart().StartsWith('{') && !text.AsSpan().TrimStart().StartsWith('['))
        {
            WriteText(json, body);
            return;
        }

        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 1000 });

            // No line break of valid JSON is inside a string.
            json.WriteRawValue(text.ReplaceLineEndings(" "), skipInputValidation: true);
        }
        catch (JsonException)
        {
            WriteText(json, body);
        }
    }

    private void WriteText(Utf8JsonWriter json, byte[] body) =>
        json.WriteStringValue(Redact(new StreamedSecrets(FindSecrets, Black).Redact(Encoding.UTF8.GetString(body))));

    private string Redact(string text)
    {
        foreach (var secret in _secrets) text = text.Replace(secret, Black, StringComparison.Ordinal);
        return Credential().Replace(text, Black);
    }

    private IEnumerable<Range> FindSecrets(string text)
    {
        foreach (var secret in _secrets)
        {
            for (var at = text.IndexOf(secret, StringComparison.Ordinal); at >= 0; at = text.IndexOf(secret, at + 1, StringComparison.Ordinal))
                yield return at..(at + secret.Length);
        }

        foreach (Match match in Credential().Matches(text)) yield return match.Index..(match.Index + match.Length);
    }

    // sk-ant-api03-…, sk-ant-oat01-…; Authorization: Bearer …
    [GeneratedRegex(@"sk-ant-[A-Za-z0-9_\-]{4,}|\bBearer\s+[A-Za-z0-9._~+/=\-]{8,}", RegexOptions.CultureInvariant)]
    private static partial Regex Credential();
}
