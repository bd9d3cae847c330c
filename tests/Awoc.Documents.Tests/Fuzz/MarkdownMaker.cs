using System.Globalization;
using System.Text;

namespace Awoc.Documents.Tests.Fuzz;

/// <summary>
/// Makes small Markdown documents out of few words, so that two of them share much: headings of both kinds, lists in lists, tables, fences,
/// HTML, quotes, front matter, definitions, and the white space that people leave.
/// </summary>
/// <param name="unique">Words that occur nowhere else are strewn in with this prefix: none of them may get lost.</param>
internal sealed class MarkdownMaker(Random random, string? unique)
{
    private static readonly string[] s_words = ["alpha", "beta", "gamma", "delta", "Größe", "日本", "setup", "use"];
    private static readonly string[] s_names = ["Setup", "Use", "Notes", "API", "1. Setup", "**Use**", "Notes:", "API {#api}", "Größe", "v1.0.0"];
    private static readonly string[] s_bullets = ["-", "*", "+"];
    private readonly StringBuilder _text = new();
    private int _count;

    /// <summary>The words that must be found again.</summary>
    public List<string> Unique { get; } = [];

    public string Make()
    {
        if (One(8)) FrontMatter();
        if (One(3)) Line("# " + Pick(["Project", "Report", "Project {#top}"])).Line();
        if (One(2)) Blocks();
        for (var count = random.Next(5); count > 0; count--)
        {
            Heading();
            Blocks();
        }

        var text = _text.ToString();
        // A word may have been made and not taken.
        // A line that leads to a list goes where the list goes, or is left out with it.
        var lines = text.Split('\n').Where(l => !l.EndsWith(':')).ToList();
        Unique.RemoveAll(u => !lines.Exists(l => l.Contains(u, StringComparison.Ordinal)));
        if (One(5)) text = text.TrimEnd('\n');
        if (One(6)) text = text.ReplaceLineEndings("\r\n");
        else if (One(20)) text = Mixed(text);
        return text;
    }

    private void Blocks()
    {
        for (var count = random.Next(4); count > 0; count--) Block();
    }

    private void Heading()
    {
        var name = Pick(s_names);
        if (One(6)) Line(name).Line(One(2) ? "---" : "=====");
        else Line((One(12) ? " " : "") + new string('#', Math.Clamp(random.Next(1, 9), 2, 6)) + " " + name + (One(8) ? " ##" : ""));
        if (!One(5)) Line();
    }

    private void Block()
    {
        switch (random.Next(17))
        {
            case 0 or 1 or 2:
                Paragraph("");
                break;
            case 3 or 4 or 5 or 6:
                List("", random.Next(3), One(4));
                break;
            case 7 or 8:
                Table();
                break;
            case 9 or 10:
                Fence("");
                break;
            case 11:
                Html();
                break;
            case 12:
                Line("> " + Words()).Line(One(2) ? "> " + Words() : "lazy " + Words());
                break;
            case 13:
                Line(Pick(["---", "***", "___"]));
                break;
            case 14:
                Line($"[{Pick(["a", "b", "^1", "^2"])}]: {Pick(["/url", "https://x.test", "note"])}");
                break;
            case 15:
                Line("    " + Words()).Line("\tcode " + Pick(s_words));
                break;
            default:
                Line((One(2) ? "  " : "") + Words() + ":");
                break;
        }

        if (!One(7)) Line();
        if (One(9)) Line(One(2) ? "" : "   ");
    }

    private void Paragraph(string indent)
    {
        for (var lines = random.Next(1, 3); lines > 0; lines--) Line(indent + (One(15) ? " " : "") + Words() + (One(10) ? "  " : ""));
    }

    private void List(string indent, int depth, bool ordered)
    {
        var bullet = Pick(s_bullets);
        var number = One(4) ? random.Next(0, 12) : 1;
        var loose = One(5);
        var close = One(4) ? ")" : ".";
        for (var items = random.Next(1, 5); items > 0; items--)
        {
            var marker = ordered ? (number++).ToString(CultureInfo.InvariantCulture) + close : bullet;
            var gap = One(10) ? "   " : One(15) ? "\t" : " ";
            var box = One(6) ? Pick(["[ ] ", "[x] "]) : "";
            Line(One(25) ? indent + marker : indent + marker + gap + box + Item(gap));
            var inner = indent + new string(' ', marker.Length + (gap == "\t" ? 4 - (indent.Length + marker.Length) % 4 : gap.Length));
            if (One(8)) Line(One(3) ? Words() : inner + Words());
            if (One(9)) Line().Paragraph2(inner);
            if (One(12)) Fence(inner);
            if (depth > 0 && One(2)) List(One(12) ? indent + "\t" : inner, depth - 1, One(4));
            if (loose) Line();
        }
    }

    private MarkdownMaker Paragraph2(string indent)
    {
        Paragraph(indent);
        return this;
    }

    private string Item(string gap) => random.Next(20) switch
    {
        0 => "- " + Words(),
        1 => "> " + Words(),
        2 => "`" + Words() + "`",
        3 when gap == " " => "    " + Words(),
        _ => Words(),
    };

    private void Table()
    {
        var heads = random.Next(4) switch
        {
            0 => ["Name", "Price"],
            1 => ["Price", "Name"],
            2 => new[] { "Name", "Price", "Note" },
            _ => ["Key"],
        };
        var bars = heads.Length == 1 || !One(6);
        string Row(IEnumerable<string> cells) => bars ? $"| {string.Join(" | ", cells)} |" : string.Join(" | ", cells);
        if (One(8)) Line(Words());
        Line(Row(heads));
        Line(Row(heads.Select(_ => Pick(["---", ":-:", "--:"]))));
        for (var rows = random.Next(4); rows > 0; rows--) Line(Row(heads.Select(_ => One(8) ? @"a \| b" : Words(1))));
    }

    private void Fence(string indent)
    {
        var fence = Pick(["```", "~~~", "````"]);
        Line(indent + fence + Pick(["", "sh", "json"]));
        for (var lines = random.Next(3); lines > 0; lines--) Line(indent + Pick(["# no heading", "- no item", Words(), "", "| a | b |"]));
        // One that nothing closes is refused, and tested rarely.
        if (!One(60)) Line(indent + fence);
    }

    private void Html()
    {
        switch (random.Next(6))
        {
            case 0:
                Line("<div>").Line(Words()).Line("</div>");
                break;
            case 1:
                Line("<!-- " + Words() + " -->");
                break;
            case 2:
                Line("<!-- " + Words()).Line().Line(Words() + " -->");
                break;
            case 3:
                Line("<pre>").Line().Line("# " + Words()).Line("</pre>");
                break;
            case 4:
                Line("<p align=\"center\"><img src=\"" + Pick(s_words) + ".png\"></p>");
                break;
            default:
                Line("<details>").Line("<summary>" + Words() + "</summary>").Line();
                Block();
                Line("</details>");
                break;
        }
    }

    private void FrontMatter()
    {
        Line("---");
        if (One(2)) Line("title: " + Words(1));
        if (One(2)) Line("tags: [a, b]");
        if (One(2)) Line("list:").Line("  - " + Pick(s_words)).Line("  - x");
        if (One(3)) Line("# comment");
        if (One(3)) Line("map:").Line("  key: " + Words(1));
        Line("---");
        if (One(2)) Line();
    }

    private string Words() => Words(random.Next(1, 4));

    private string Words(int count)
    {
        var words = string.Join(' ', Enumerable.Range(0, count).Select(_ => Pick(s_words)));
        if (unique is null || !One(5)) return words;
        var word = $"{unique}{_count++}q";
        Unique.Add(word);
        return words + " " + word;
    }

    private string Mixed(string text) => string.Concat(text.Split('\n').Select((l, i) => (i == 0 ? "" : Pick(["\n", "\r\n", "\r"])) + l));

    private MarkdownMaker Line(string line = "")
    {
        _text.Append(line).Append('\n');
        return this;
    }

    private bool One(int of) => random.Next(of) == 0;

    private string Pick(string[] of) => of[random.Next(of.Length)];
}
