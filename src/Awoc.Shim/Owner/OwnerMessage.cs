using System.Text.Json;
using Awoc.Shim.Records;

namespace Awoc.Shim.Owner;

internal enum OwnerCommand
{
    Unknown,
    Own,
    In,
    Eof,
    End,
    Deadline,
    Secret,
    Begin,
}

/// <summary>A line from a connection: <c>{"t":"in","n":3,"line":"…"}</c>.</summary>
internal sealed class OwnerMessage
{
    internal OwnerCommand Command { get; private set; }
    internal long Fence { get; private set; }
    internal long N { get; private set; }
    internal byte[] Line { get; private set; } = [];
    internal byte[]? Cause { get; private set; }
    internal List<byte[]> Skip { get; private set; } = [];
    internal long? Ms { get; private set; }
    internal long? DeadlineMs { get; private set; }
    internal byte[]? StdinFile { get; private set; }
    internal List<byte[]> Env { get; private set; } = [];
    internal List<byte[]> Held { get; private set; } = [];

    /// <exception cref="JsonException">The line is no JSON object.</exception>
    internal static OwnerMessage Parse(ReadOnlySpan<byte> line)
    {
        var message = new OwnerMessage();
        var json = new Utf8JsonReader(line);
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject) throw new JsonException();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("t"u8)) message.Command = CommandOf(json.NextText() ?? []);
            else if (json.ValueTextEquals("fence"u8)) message.Fence = json.NextNumber() ?? 0;
            else if (json.ValueTextEquals("n"u8)) message.N = json.NextNumber() ?? 0;
            else if (json.ValueTextEquals("line"u8)) message.Line = json.NextText() ?? [];
            else if (json.ValueTextEquals("cause"u8)) message.Cause = json.NextText();
            else if (json.ValueTextEquals("skip"u8)) message.Skip = json.NextTexts();
            else if (json.ValueTextEquals("ms"u8)) message.Ms = json.NextNumber();
            else if (json.ValueTextEquals("deadlineMs"u8)) message.DeadlineMs = json.NextNumber();
            else if (json.ValueTextEquals("stdinFile"u8)) message.StdinFile = json.NextText();
            else if (json.ValueTextEquals("env"u8)) message.Env = json.NextEntries();
            else if (json.ValueTextEquals("held"u8)) message.Held = json.NextEntries();
            else json.Skip();
        }

        return message;
    }

    private static OwnerCommand CommandOf(ReadOnlySpan<byte> t) =>
        t.SequenceEqual("own"u8) ? OwnerCommand.Own
        : t.SequenceEqual("in"u8) ? OwnerCommand.In
        : t.SequenceEqual("eof"u8) ? OwnerCommand.Eof
        : t.SequenceEqual("end"u8) ? OwnerCommand.End
        : t.SequenceEqual("deadline"u8) ? OwnerCommand.Deadline
        : t.SequenceEqual("secret"u8) ? OwnerCommand.Secret
        : t.SequenceEqual("begin"u8) ? OwnerCommand.Begin
        : OwnerCommand.Unknown;
}
