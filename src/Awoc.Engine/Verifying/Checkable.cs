using Awoc.Core.Catalog;
using Awoc.Core.Tasks;
using Awoc.Prompts.Catalog;

namespace Awoc.Engine.Verifying;

/// <summary>What is to be checked, and against what.</summary>
/// <param name="Name">The document's file as the user knows it: its extension says its format, findings name it.</param>
/// <param name="Cwd">What its paths are relative to, absolute.</param>
public sealed record Checkable(TaskType Type, string Name, string Cwd)
{
    /// <summary>The user's own JSON Schema; null for the type's.</summary>
    public string? Schema { get; init; }

    /// <summary>A claim that points nowhere is an error.</summary>
    public bool Strict { get; init; }

    /// <summary>Where the document is or will be, absolute: its links are relative to that; null for the same as <see cref="Cwd"/>.</summary>
    public string? Directory { get; init; }

    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    public static Checkable Of(TaskSpec spec) => new(TaskTypeCatalog.Of(spec), spec.Output ?? "output.md", spec.Cwd)
    {
        Schema = spec.Schema,
        Strict = spec.Strict,
        Directory = Path.GetDirectoryName(spec.Output),
        Variables = spec.Environment,
    };
}
