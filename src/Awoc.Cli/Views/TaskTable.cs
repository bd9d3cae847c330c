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
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer), Interactive = InteractionSupport.No });
        var table = new Table().Border(TableBorder.None);
        foreach (var title in TaskRow.Titles)
        {
            var column = new TableColumn(new Text(title, new Style(decoration: Decoration.Dim)));
            table.AddColumn(title is "TASK" or "OUTPUT" ? column : column.NoWrap());
        }

        foreach (var row in rows)
            table.AddRow(row.Cells.Select((cell, c) => new Text(cell, c == 2 ? StyleOf(row.State) : Style.Plain)));
        console.Write(table);
    }

    private static Style StyleOf(string state) => state.Split(' ')[0] switch
    {
        TaskWords.Succeeded => new Style(Color.Green),
        TaskWords.Running => new Style(Color.Blue),
        TaskWords.Failed or TaskWords.Lost => new Style(Color.Red),
        TaskWords.TimedOut or TaskWords.BudgetExhausted or TaskWords.AwaitingInput => new Style(Color.Yellow),
        _ => Style.Plain,
    };
}
