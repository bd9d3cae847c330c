using System.Collections.Immutable;
using Awoc.Core.Catalog;

namespace Awoc.Prompts.Catalog;

/// <summary>A name of the catalog, and what it stands for.</summary>
/// <param name="Path">Of the file it is defined in; null for a built-in one.</param>
/// <param name="Type">Null where the definition is faulty.</param>
/// <param name="Faults">All there are; empty where it holds.</param>
public sealed record CatalogEntry(string Name, TypeOrigin Origin, string? Path, TaskType? Type, ImmutableArray<TypeFault> Faults)
{
    /// <summary>The type it says it extends; null where it names none.</summary>
    public string? Extends { get; init; }
}
