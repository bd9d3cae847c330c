using Awoc.Core.Tasks;
using Awoc.Documents;
using Awoc.Documents.Markdown;
using Awoc.Prompts.Catalog;

namespace Awoc.Engine.Integration;

/// <summary>A part of a result, for a reader who has no room for all of it.</summary>
/// <param name="LeftOut">One sentence on what is missing; null where nothing is.</param>
public sealed record ResultExcerpt(string Text, string? LeftOut)
{
    /// <param name="path">The result's file.</param>
    /// <param name="section">Its heading; null for all.</param>
    /// <param name="maxTokens">About so many at most; null for all.</param>
    /// <returns>Or why not.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static (ResultExcerpt? Excerpt, string? Refused) Read(AgentTask task, string path, string? section, int? maxTokens)
    {
        if (new FileInfo(path).Length > TextDocument.MaxBytes)
            return (null, $"{path} is longer than {TextDocument.MaxBytes / 1024 / 1024} MB: print it whole with 'awoc output {task.Id.Handle}'");
        if (!TextDocument.TryRead(File.ReadAllBytes(path), path, out var document, out var fault)) return (null, fault.ToString());
        if (section is not null)
        {
            if (!DocumentCut.TrySection(document, section, out var text, out fault)) return (null, fault.ToString());
            document = TextDocument.Of(path, text);
        }

        return (maxTokens is { } most ? Cut(task, document, most) : new ResultExcerpt(document.Text, null), null);
    }

    public static ResultExcerpt Cut(AgentTask task, TextDocument document, int maxTokens)
    {
        var how = $"awoc output {task.Id.Handle} --section NAME";
        var cut = DocumentCut.ToFit(document, maxTokens, TaskTypeCatalog.Of(task.Spec).Method, how);
        if (cut.LeftOut.Count == 0) return new ResultExcerpt(cut.Text, null);
        var parts = cut.LeftOut.Count == 1 ? cut.LeftOut[0].Name : $"{cut.LeftOut.Count} parts";
        return new ResultExcerpt(cut.Text, FormattableString.Invariant($"left out to fit {maxTokens} tokens: {parts}, about {cut.LeftOut.Sum(p => p.Tokens)} tokens; its end names them, and '{how}' has them"));
    }
}
