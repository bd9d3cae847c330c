using Awoc.Cli.Views;

namespace Awoc.Cli.Tests.Views;

public sealed class TableFitTests
{
    private static readonly string[] s_row =
    [
        "aaaaaaaaaaaa", "code-analysis: what this repository is", "failed (delivery_failed)", "builtin (rehearsal)", "rehearsal", "1,174/5,000", "1m04s",
        "results/analysis.md",
    ];

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(100)]
    [InlineData(120)]
    [InlineData(160)]
    public void Of_AnyWindow_FitsWithoutWrapping(int window)
    {
        var fit = TableFit.Of([TaskRow.Titles, s_row], window);
        Assert.InRange(fit.Columns.Sum(c => fit.Cut(s_row[c], c).Length + 2), 1, window);
        Assert.Contains(TaskRow.TaskColumn, fit.Columns);
        Assert.Contains(TaskRow.StateColumn, fit.Columns);
    }

    [Fact]
    public void Of_WideWindow_CutsNothing()
    {
        var fit = TableFit.Of([TaskRow.Titles, s_row], 200);
        Assert.Equal(s_row, fit.Columns.Select(c => fit.Cut(s_row[c], c)));
    }
}
