using Awoc.Cli.Terminal;
using Awoc.Client;
using Awoc.Client.Wire;
using Spectre.Console;

namespace Awoc.Cli.Views;

/// <summary>A listing: with colours and fitted to the window on a terminal, plain columns for everything else.</summary>
internal static class TaskTable
{
    public static void Write(TextWriter writer, IEnumerable<TaskRow> rows)
    {
        if (CliConsole.OutIsTerminal) WriteTerminal(writer, rows);
        else WritePlain(writer, rows);
    }

    /// <summary>Columns two spaces apart, nothing cut: made to be read by <c>grep</c> and <c>awk</c> as well.</summary>
    public static void WritePlain(TextWriter writer, IEnumerable<TaskRow> rows)
    {
        string[][] lines = [TaskRow.Titles, .. rows.Select(r => r.Cells)];
        var widths = Enumerable.Range(0, TaskRow.Titles.Length).Select(c => lines.Max(l => l[c].Length)).ToArray();
        foreach (var line in lines)
            writer.WriteLine(string.Join("  ", line.Select((cell, c) => c == line.Length - 1 ? cell : cell.PadRight(widths[c]))));
    }

    private static void WriteTerminal(TextWriter writer, IEnumerable<TaskRow> rows)
    {
        var output = new TerminalOutput(writer);
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = output,
            Interactive = InteractionSupport.No,
            Ansi = NoColour ? AnsiSupport.No : AnsiSupport.Detect,
        });
        var all = rows.ToList();
        var fit = TableFit.Of([TaskRow.Titles, .. all.Select(r => r.Cells)], output.Width);
        var table = new Table().Border(TableBorder.None);
        foreach (var c in fit.Columns)
            table.AddColumn(new TableColumn(new Text(TaskRow.Titles[c], new Style(decoration: Decoration.Dim))).NoWrap());
        foreach (var row in all)
            table.AddRow(fit.Columns.Select(c => new Text(fit.Cut(row.Cells[c], c), c == TaskRow.StateColumn ? StyleOf(row.State) : Style.Plain)));
        console.Write(table);
    }

    private static bool NoColour =>
        Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 } || Environment.GetEnvironmentVariable("TERM") == "dumb";

    private static Style StyleOf(string state) => state.Split(' ')[0] switch
    {
        TaskWords.Succeeded => new Style(Color.Green),
        TaskWords.Running => new Style(Color.Blue),
        TaskWords.Failed or TaskWords.Lost => new Style(Color.Red),
        TaskWords.TimedOut or TaskWords.BudgetExhausted or TaskWords.AwaitingInput => new Style(Color.Yellow),
        _ => Style.Plain,
    };
}
