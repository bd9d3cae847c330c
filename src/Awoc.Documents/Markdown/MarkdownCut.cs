using System.Text;
using Awoc.Core.Catalog;

namespace Awoc.Documents.Markdown;

/// <summary>Cuts a Markdown document at its headings.</summary>
internal sealed class MarkdownCut
{
    private const int MaxRounds = 8;

    private readonly TextDocument _document;
    private readonly string _howToGet;
    private readonly List<Part> _parts = [];

    public MarkdownCut(MarkdownOutline outline, TaskMethod? method, string howToGet)
    {
        (_document, _howToGet) = (outline.Document, howToGet);
        Collect(outline.Root, null, int.MaxValue, method);
    }

    public DocumentCut ToFit(int room)
    {
        // Which parts the closing line will name is known only afterwards: where it became longer, less is kept the next time.
        var reserve = DocumentCut.Closing([.. Left()], _howToGet).Length + 2;
        for (var round = 0; ; round++)
        {
            var cut = Cut(room - reserve);
            var over = cut.Text.Length - room;
            if (over <= 0 || round == MaxRounds || _parts.TrueForAll(p => !p.Touched)) return cut;
            reserve = Math.Max(reserve + over, DocumentCut.Closing(cut.LeftOut, _howToGet).Length + 2);
        }
    }

    private DocumentCut Cut(int room)
    {
        foreach (var part in _parts) part.Reset();
        var used = 0;
        foreach (var part in _parts.OrderBy(p => p.Rank).ThenBy(p => p.Start))
        {
            if (!part.Keep(_document, room, ref used)) break;
        }

        var text = new StringBuilder();
        foreach (var part in _parts) part.Write(_document, text);
        List<LeftOutPart> left = [.. Left()];
        return new DocumentCut($"{text}{DocumentCut.Closing(left, _howToGet)}\n", left);
    }

    private void Collect(MarkdownSection section, Part? parent, int inherited, TaskMethod? method)
    {
        // The document's start and its title say what it is.
        var rank = section.Level == 0 ? -1 : Math.Min(inherited, section.Depth == 1 && section.Level == 1 ? 0 : DocumentCut.Rank(method, section.Name));
        var part = new Part(section, parent, rank);
        _parts.Add(part);
        var below = section.Level == 0 || (section.Depth == 1 && section.Level == 1) ? int.MaxValue : rank;
        foreach (var child in section.Children) Collect(child, part, below == 2 ? int.MaxValue : below, method);
    }

    /// <summary>What is missing: a section with all beneath it under its own name.</summary>
    private IEnumerable<LeftOutPart> Left()
    {
        foreach (var part in _parts)
        {
            var lost = part.Lost(_document);
            if (lost == 0 || part.Parent is { Touched: false, Section.Level: > 0 }) continue;
            var name = part.Section.Level == 0 ? "the start" : part.Section.Name;
            yield return new LeftOutPart(part.Touched ? $"the rest of {name}" : name, (lost + DocumentCut.CharactersPerToken - 1) / DocumentCut.CharactersPerToken);
        }
    }

    /// <summary>A heading and its own content.</summary>
    private sealed class Part(MarkdownSection section, Part? parent, int rank)
    {
        /// <summary>The lines that are kept: from the heading to here.</summary>
        private int _end = section.Start;

        public MarkdownSection Section => section;
        public Part? Parent => parent;
        public int Rank => rank;
        public int Start => section.Start;

        /// <summary>Its heading stands.</summary>
        public bool Touched { get; private set; }

        public void Reset() => (_end, Touched) = (section.Start, false);

        /// <summary>Keeps as much of it as has room; false when some had none.</summary>
        public bool Keep(TextDocument document, int room, ref int used)
        {
            var headings = 0;
            for (var above = parent; above is { Touched: false }; above = above.Parent) headings += above.Heading(document);
            var whole = document.Lines(Math.Max(section.Start, _end), section.ContentEnd).Length;
            if (used + headings + whole <= room)
            {
                used += headings + whole;
                Touch();
                _end = section.ContentEnd;
                return true;
            }

            foreach (var end in Ends())
            {
                var length = document.Lines(section.Start, end).Length;
                if (used + headings + length + 1 > room) break;
                _end = end;
            }

            if (_end <= section.ContentStart) _end = section.Start;
            else Touch();
            return false;
        }

        public int Lost(TextDocument document) => Touched
            ? document.Lines(Math.Max(_end, section.ContentStart), section.ContentEnd).Trim().Length
            : document.Lines(section.Start, section.End).Trim().Length;

        public void Write(TextDocument document, StringBuilder text)
        {
            if (!Touched) return;
            var end = Math.Max(_end, section.ContentStart);
            text.Append(document.Lines(section.Start, end).TrimEnd()).Append(text.Length == 0 && end == section.Start ? "" : "\n\n");
        }

        private int Heading(TextDocument document) => document.Lines(section.Start, section.ContentStart).Length + 1;

        private void Touch()
        {
            for (var at = this; at is { Touched: false }; at = at.Parent) at.Touched = true;
        }

        /// <summary>Where it may be cut: after a block, an item, a row.</summary>
        private IEnumerable<int> Ends()
        {
            foreach (var block in section.Blocks)
            {
                if (block.Kind == MarkdownBlockKind.Table)
                {
                    for (var row = block.Start + 3; row < block.End; row++) yield return row;
                }

                foreach (var item in block.Items) yield return item.End;
                yield return block.End;
            }
        }
    }
}
