namespace Awoc.Documents;

/// <summary>Why a document cannot be worked on.</summary>
/// <param name="File">As the user knows it.</param>
/// <param name="Line">From 1; null where it is about the whole.</param>
/// <param name="What">One sentence, with the next step where there is one.</param>
public sealed record DocumentFault(string File, int? Line, string What)
{
    public override string ToString() => Line is { } line ? $"{File}:{line}: {What}" : $"{File}: {What}";
}
