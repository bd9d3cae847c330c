using System.Text.Json.Serialization;

namespace Awoc.Engine.Contexts;

/// <summary>A type's context in one repository, as it was prepared and as it lies on disk.</summary>
public sealed record PreparedContext
{
    public required string Type { get; init; }

    /// <summary>Absolute path of the repository's root; of the directory itself where there is no repository.</summary>
    public required string Root { get; init; }

    /// <summary>What it was made from: git's index, and the files' sizes and times. Another one, and it is looked at again.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>The map, as it stands in a system prompt.</summary>
    public required string Text { get; init; }

    /// <summary>What of the repository matters to the type, for the prompt; null for nothing.</summary>
    public string? Primer { get; init; }

    /// <summary>SHA-256 of <see cref="Text"/> and <see cref="Primer"/>.</summary>
    public required string Sha { get; init; }

    /// <summary>An estimate of both together.</summary>
    public required long Tokens { get; init; }

    /// <summary>Files that were looked at.</summary>
    public required int Files { get; init; }

    /// <summary>Symbols that are in the map; 0 where there is no ctags.</summary>
    public required int Symbols { get; init; }

    /// <summary>When its text came to be what it is.</summary>
    public required DateTimeOffset BuiltAt { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(PreparedContext))]
internal sealed partial class PreparedJson : JsonSerializerContext;
