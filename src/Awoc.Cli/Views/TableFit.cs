using Awoc.Cli.Terminal;

namespace Awoc.Cli.Views;

/// <summary>
/// Which columns of a listing a window has room for, and how wide: long texts are cut before a column is left out, and what
/// <c>awoc status ID</c> tells as well goes first. Nothing wraps: a line is a task.
/// </summary>
internal sealed class TableFit
{
    private const int Gap = 2;

    // What each column may be cut to; columns that are not here are figures and words, which mean nothing when cut.
    private static readonly Dictionary<int, int> s_least = new()
    {
        [TaskRow.TaskColumn] = 18,
        [TaskRow.OutputColumn] = 14,
        [TaskRow.StateColumn] = 16,
    };

    private static readonly int[] s_leaveOut = [TaskRow.ModelColumn, TaskRow.OutputColumn, TaskRow.TokensColumn, TaskRow.AgentColumn];

    private readonly int[] _widths;

    private TableFit(IReadOnlyList<int> columns, int[] widths) => (Columns, _widths) = (columns, widths);

    public IReadOnlyList<int> Columns { get; }

    public static TableFit Of(IReadOnlyList<string[]> lines, int window)
    {
        var widths = Enumerable.Range(0, lines[0].Length).Select(c => lines.Max(l => l[c].Length)).ToArray();
        var columns = Enumerable.Range(0, widths.Length).ToList();
        var next = 0;
        while (true)
        {
            var over = columns.Sum(c => widths[c]) + (Gap * columns.Count) - window;
            var slack = columns.Sum(c => Slack(widths, c));
            if (over <= slack || next == s_leaveOut.Length)
            {
                foreach (var column in s_least.Keys.Where(columns.Contains))
                {
                    var cut = Math.Clamp(over, 0, Slack(widths, column));
                    widths[column] -= cut;
                    over -= cut;
                }

                return new TableFit(columns, widths);
            }

            columns.Remove(s_leaveOut[next++]);
        }
    }

    public string Cut(string text, int column) => Printable.Cut(text, _widths[column]);

    private static int Slack(int[] widths, int column) => s_least.TryGetValue(column, out var least) ? Math.Max(0, widths[column] - least) : 0;
}
