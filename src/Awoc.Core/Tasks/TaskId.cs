using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace Awoc.Core.Tasks;

/// <summary>
/// The name of a task: seconds since 1970, a dash, twelve random hex digits (the seed's form, with a random part long
/// enough never to collide: 48 bits within one second). The random part alone is the <see cref="Handle"/> that listings show.
/// </summary>
[JsonConverter(typeof(TaskIdJsonConverter))]
public readonly record struct TaskId
{
    private const int RandomBytes = 6;

    private TaskId(string value) => Value = value;

    public string Value { get; }

    public string Handle => Value[(Value.IndexOf('-', StringComparison.Ordinal) + 1)..];

    public static TaskId New(TimeProvider time)
    {
        Span<byte> random = stackalloc byte[RandomBytes];
        RandomNumberGenerator.Fill(random);
        var seconds = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return new TaskId($"{seconds}-{Convert.ToHexStringLower(random)}");
    }

    public static bool TryParse([NotNullWhen(true)] string? text, out TaskId id)
    {
        id = default;
        if (text is null || text.Length is < 14 or > 32) return false;
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        if (dash < 1 || text.Length - dash - 1 != RandomBytes * 2) return false;
        if (text.AsSpan(0, dash).ContainsAnyExceptInRange('0', '9')) return false;
        foreach (var c in text.AsSpan(dash + 1))
        {
            if (!char.IsAsciiHexDigitLower(c)) return false;
        }

        id = new TaskId(text);
        return true;
    }

    /// <exception cref="FormatException">The text is no task id.</exception>
    public static TaskId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException($"'{text}' is no task id: SECONDS-RANDOM, as in 1763876543-9f86d081884c");

    public override string ToString() => Value;
}

internal sealed class TaskIdJsonConverter : JsonConverter<TaskId>
{
    public override TaskId Read(ref System.Text.Json.Utf8JsonReader reader, Type typeToConvert, System.Text.Json.JsonSerializerOptions options) =>
        TaskId.Parse(reader.GetString() ?? "");

    public override void Write(System.Text.Json.Utf8JsonWriter writer, TaskId value, System.Text.Json.JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Value);
}
