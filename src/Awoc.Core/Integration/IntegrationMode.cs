namespace Awoc.Core.Integration;

/// <summary>How a result is brought into a target.</summary>
public enum IntegrationMode
{
    /// <summary>One of the others, chosen by type, target and size; it says why.</summary>
    Auto,

    /// <summary>At the end: a dated, attributed section, an element, lines.</summary>
    Append,

    /// <summary>Into the target's own structure: headings, lists, tables, keys, or three-way for code and text.</summary>
    Merge,

    /// <summary>A link to it in an index section.</summary>
    Reference,

    /// <summary>Its key points only.</summary>
    Summarize,
}
