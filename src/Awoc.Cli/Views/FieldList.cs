using Awoc.Cli.Terminal;

namespace Awoc.Cli.Views;

/// <summary>Names and values, one a line, the values aligned; what is absent is left out.</summary>
internal static class FieldList
{
    public static void Write(TextWriter writer, IEnumerable<(string Name, string? Value)> fields)
    {
        foreach (var (name, value) in fields)
        {
            if (value is not null) writer.WriteLine($"{name,-13} {Printable.Line(value)}");
        }
    }
}
