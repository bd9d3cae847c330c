using Awoc.Documents;

namespace Awoc.Engine.Integration;

/// <summary>What becomes of a target, for people.</summary>
internal static class TargetDiff
{
    /// <param name="before">Null for no file.</param>
    /// <param name="after">Null for no file any more.</param>
    public static string Of(byte[]? before, byte[]? after, string name) => UnifiedDiff.Of(Text(before, name), Text(after, name) ?? "", name);

    private static string? Text(byte[]? content, string name) =>
        content is null ? null : TextDocument.TryRead(content, name, out var document, out _) ? document.Text : System.Text.Encoding.Latin1.GetString(content);
}
