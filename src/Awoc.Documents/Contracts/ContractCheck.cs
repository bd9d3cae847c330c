using Awoc.Core.Catalog;
using Awoc.Core.Contracts;
using Awoc.Core.Prompts;
using Awoc.Documents.Contracts.Json;
using Awoc.Documents.Markdown;

namespace Awoc.Documents.Contracts;

/// <summary>Whether a result is what its type and its format ask for. Reads no file and starts no process; the schema of a JSON result is checked elsewhere.</summary>
public static class ContractCheck
{
    /// <summary>Formats whose bytes are no text.</summary>
    private static readonly HashSet<string> s_binary = new(StringComparer.OrdinalIgnoreCase)
    {
        ".png", ".jpg", ".jpeg", ".gif", ".webp", ".ico", ".bmp", ".tiff", ".pdf", ".zip", ".gz", ".tgz", ".tar", ".xz", ".bz2", ".zst", ".7z", ".docx", ".xlsx",
        ".pptx", ".odt", ".ods", ".db", ".sqlite", ".wasm", ".bin", ".exe", ".dll", ".so", ".jar", ".class", ".mp3", ".mp4", ".wav", ".woff", ".woff2", ".ttf",
    };

    /// <param name="name">The result's file as the user knows it.</param>
    public static CheckedResult Check(TaskType type, OutputFormat format, byte[] content, string name)
    {
        if (format == OutputFormat.Other && s_binary.Contains(Path.GetExtension(name)))
            return content.Length > 0 ? CheckedResult.Fine : CheckedResult.Of(Rules.Empty, "it is empty", null);
        if (!TextDocument.TryRead(content, name, out var document, out var fault)) return CheckedResult.Of(Rules.NotText, fault);
        if (document.Text.AsSpan().IsWhiteSpace()) return CheckedResult.Of(Rules.Empty, "it is empty", null);
        switch (format)
        {
            case OutputFormat.Json:
                return JsonText.Fault(content, name) is { } broken ? CheckedResult.Of(Rules.InvalidJson, broken) : CheckedResult.Fine with { Document = document };
            case OutputFormat.Other:
                return WrappingFence.Unclosed(document) is { } cut ? CheckedResult.Of(Rules.Unclosed, cut) with { Document = document } : CheckedResult.Fine with { Document = document };
        }

        // Plain text has no headings, but fences it may have, and what they hold is told from the rest by them.
        if (!MarkdownOutline.TryParse(document, out var outline, out fault)) return CheckedResult.Of(Rules.TooDeep, fault) with { Document = document };
        var findings = new List<Finding>();
        if (outline.Unclosed is { } open) findings.Add(new Finding(Rules.Unclosed, open.What, open.Line, FindingSeverity.Error));
        if (format == OutputFormat.Markdown) findings.AddRange(MarkdownContract.Check(type, outline));
        return new CheckedResult(findings) { Document = document, Outline = outline };
    }
}

/// <summary>What a check found, and what it read on the way.</summary>
public sealed record CheckedResult(IReadOnlyList<Finding> Findings)
{
    public static CheckedResult Fine { get; } = new([]);

    /// <summary>Null where it is no text.</summary>
    public TextDocument? Document { get; init; }

    /// <summary>Null where it is neither Markdown nor plain text.</summary>
    public MarkdownOutline? Outline { get; init; }

    public static CheckedResult Of(string rule, DocumentFault fault) => Of(rule, fault.What, fault.Line);

    public static CheckedResult Of(string rule, string message, int? line) => new([new Finding(rule, message, line, FindingSeverity.Error)]);
}
