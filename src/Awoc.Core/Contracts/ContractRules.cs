namespace Awoc.Core.Contracts;

/// <summary>What a result of a type must be, beside having its sections.</summary>
public sealed record ContractRules
{
    public static ContractRules None { get; } = new();

    /// <summary>Words outside of headings below which a document says too little; 0 asks for none.</summary>
    public int MinWords { get; init; }

    /// <summary>The document must name its sources: a link, or a path, in its section of sources.</summary>
    public bool NeedsSources { get; init; }
}
