using Awoc.Cli.Terminal;
using Awoc.Client.Wire;

namespace Awoc.Cli.Views;

/// <summary>Task types, for a person.</summary>
internal static class TypeText
{
    public static void WriteList(TextWriter writer, IReadOnlyList<TypeView> types)
    {
        string[] head = ["TYPE", "FAMILY", "ORIGIN", "INTEGRATION", "FOCUS"];
        List<string[]> rows =
        [
            head,
            .. types.Select(t => (string[])
            [
                t.Name, t.Family ?? "-", t.Origin, t.Integration ?? "-",
                t.Faults.Count == 0 ? t.Focus ?? "" : $"FAULTY: {t.Faults[0].Path}:{t.Faults[0].Line}: {t.Faults[0].Message}",
            ]),
        ];
        var widths = Enumerable.Range(0, head.Length - 1).Select(column => rows.Max(row => row[column].Length)).ToList();
        foreach (var row in rows)
            writer.WriteLine(Printable.Line(string.Join("  ", row.Select((cell, column) => column < widths.Count ? cell.PadRight(widths[column]) : cell))));
    }

    public static void Write(TextWriter writer, TypeView type)
    {
        FieldList.Write(writer,
        [
            ("type", type.Name),
            ("family", type.Family),
            ("origin", type.Origin),
            ("file", type.Path),
            ("extends", type.Extends),
            ("focus", type.Focus),
            ("integration", type.Integration),
            ("contract", type.Contract is { } contract ? Contract(contract) : null),
        ]);
        foreach (var fault in type.Faults) writer.WriteLine(Printable.Line($"FAULTY: {fault.Path}:{fault.Line}: {fault.Message}"));
        if (type.Sections.Count > 0)
        {
            writer.WriteLine("sections");
            foreach (var section in type.Sections)
                writer.WriteLine(Printable.Line($"  {section.Name}{(section.Hint is null ? "" : $" ({section.Hint})")}{(section.Role == "detail" ? "" : $": {section.Role}")}"));
        }

        if (type.Prompt is null) return;
        writer.WriteLine();
        writer.WriteLine(Printable.Lines(type.Prompt));
    }

    private static string Contract(TypeContract contract) => (contract.MinWords, contract.NeedsSources) switch
    {
        (0, false) => "none beside its sections",
        (var words, false) => $"{words} words or more",
        (0, true) => "names its sources",
        (var words, true) => $"{words} words or more, names its sources",
    };
}
