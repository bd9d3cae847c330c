using Awoc.Documents.Markdown;

namespace Awoc.Documents.Contracts;

/// <summary>Models wrap a whole file in a code fence. One that does not end was cut, whatever language stands in it.</summary>
internal static class WrappingFence
{
    /// <summary>The fence on the first line that is not blank, when no line closes it.</summary>
    public static DocumentFault? Unclosed(TextDocument document)
    {
        var first = 0;
        while (first < document.LineCount && document.IsBlank(first)) first++;
        if (first == document.LineCount) return null;
        var opening = document.Line(first).Trim();
        var mark = opening[0];
        var length = Run(opening, mark);
        // ```not a fence```
        if (mark is not ('`' or '~') || length < 3 || (mark == '`' && opening[length..].Contains('`'))) return null;
        for (var line = first + 1; line < document.LineCount; line++)
        {
            var text = document.Line(line).Trim();
            if (text.Length >= length && Run(text, mark) == text.Length) return null;
        }

        return new DocumentFault(document.Name, first + 1, "the file is wrapped in a code fence that nothing closes: it was cut, or the fence does not belong there");
    }

    private static int Run(ReadOnlySpan<char> text, char mark)
    {
        var end = text.IndexOfAnyExcept(mark);
        return end < 0 ? text.Length : end;
    }
}
