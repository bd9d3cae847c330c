namespace Awoc.Cli.Terminal;

/// <summary>Lines at the bottom of a terminal that are drawn again in their place.</summary>
internal sealed class LiveLines(TextWriter terminal)
{
    /// <summary>More would not fit on a screen, and could not be drawn over.</summary>
    public const int Most = 20;

    private const string ClearBelow = "\u001b[J";

    private int _drawn;
    private string _last = "";

    public void Draw(IReadOnlyList<string> lines)
    {
        var width = new TerminalOutput(terminal).Width;
        var text = string.Concat(lines.Select(l => Printable.Cut(Printable.Lines(l), Math.Max(20, width - 1)) + "\n"));
        if (text == _last) return;
        if (_drawn > 0) terminal.Write($"\u001b[{_drawn}A{ClearBelow}");
        terminal.Write(text);
        terminal.Flush();
        (_drawn, _last) = (lines.Count, text);
    }
}
