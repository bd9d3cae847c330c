using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Awoc.Cli.Terminal;

/// <summary>JSON on standard output: one line for programs, indented for people. Text stays readable, not escaped for HTML.</summary>
internal static class JsonOut
{
    private static JsonWriterOptions Options => new()
    {
        Indented = CliConsole.OutIsTerminal,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void Write<T>(CliConsole console, T value, JsonTypeInfo<T> type)
    {
        using (var json = new Utf8JsonWriter(console.Bytes, Options)) JsonSerializer.Serialize(json, value, type);
        console.Bytes.WriteByte((byte)'\n');
    }

    /// <summary>An array whose items are written as they come, however many there are.</summary>
    public static async Task WriteArrayAsync<T>(CliConsole console, IAsyncEnumerable<T> items, JsonTypeInfo<T> type)
    {
        await using (var json = new Utf8JsonWriter(console.Bytes, Options))
        {
            json.WriteStartArray();
            await foreach (var item in items)
            {
                JsonSerializer.Serialize(json, item, type);
                if (json.BytesPending > 16 * 1024) await json.FlushAsync();
            }

            json.WriteEndArray();
        }

        console.Bytes.WriteByte((byte)'\n');
    }
}
