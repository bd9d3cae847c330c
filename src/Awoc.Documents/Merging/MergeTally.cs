using Awoc.Documents.Integration;

namespace Awoc.Documents.Merging;

/// <summary>What came up on the way, beside what is to be inserted.</summary>
internal sealed class MergeTally
{
    public List<IntegrationConflict> Conflicts { get; } = [];

    /// <summary>Items, rows, blocks and elements that the target had already.</summary>
    public int Duplicates { get; set; }

    public void Conflict(string where, int? line, string target, string result) =>
        Conflicts.Add(new IntegrationConflict(where, line, Short(target), Short(result)));

    private static string Short(string text) => text.Length <= 200 ? text : text[..199] + "…";
}
