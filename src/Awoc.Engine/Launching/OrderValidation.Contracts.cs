using System.Globalization;
using System.Text;
using Awoc.Core.Prompts;
using Awoc.Documents.Contracts.Json;
using Awoc.Engine.Endings;

namespace Awoc.Engine.Launching;

// What a result is held against.
internal sealed partial class OrderValidation
{
    private const int MostMends = 10;

    /// <summary>The schema's text, read now and whole: a later attempt is to see the same.</summary>
    public string? Schema(string cwd)
    {
        if (order.Schema is not { } given) return null;
        if (order.Output is null || OutputFormats.Of(order.Output) != OutputFormat.Json)
            Fault("OUTPUT", order.Output ?? "", "a file's path that ends in .json, since --schema describes JSON");
        var path = given.Length == 0 || given.Contains('\0', StringComparison.Ordinal) ? null : Path.GetFullPath(given, cwd);
        if (path is null || !RegularFile.Is(path))
        {
            Fault("--schema", given, Directory.Exists(path) ? "a file, not a directory" : "a file with a JSON Schema that exists");
            return null;
        }

        try
        {
            if (new FileInfo(path).Length > SchemaReader.LongestSchema)
            {
                Fault("--schema", given, $"a file of at most {SchemaReader.LongestSchema / 1024} kB");
                return null;
            }

            var bytes = File.ReadAllBytes(path);
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(JsonText.WithoutMark(bytes));
            if (SchemaReader.Read(bytes, given) is not SchemaReading.Refused(var faults)) return text;
            foreach (var fault in faults) Fault("--schema", fault.Line is { } line ? string.Create(CultureInfo.InvariantCulture, $"{given}:{line}") : given, fault.What);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            Fault("--schema", given, $"a file in UTF-8 that can be read ({unreadable.Message})");
        }

        return null;
    }

    public int? Mends()
    {
        if (order.Mends is not { } given) return null;
        if (int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var mends) && mends <= MostMends) return mends;
        Fault("--mends", given, $"a number from 0 to {MostMends}");
        return null;
    }
}
