using System.Collections.Immutable;
using Awoc.Core.Catalog;
using Awoc.Core.Integration;

namespace Awoc.Prompts.Catalog;

/// <summary>A definition as it is written: what it leaves out comes from the type it extends.</summary>
internal sealed record TypeDraft
{
    /// <summary>The type it builds upon, with the line that says so; null for none.</summary>
    public (string Name, int Line)? Extends { get; init; }

    public (TaskFamily Family, int Line)? Family { get; init; }
    public string? Focus { get; init; }
    public string? Method { get; init; }
    public ImmutableArray<string>? Steps { get; init; }
    public ImmutableArray<OutputSection>? Sections { get; init; }
    public int? MinWords { get; init; }
    public bool? NeedsSources { get; init; }
    public IntegrationMode? Integration { get; init; }

    /// <summary>Null where it says nothing; empty takes back what the extended type says.</summary>
    public string? Guidance { get; init; }

    public ImmutableArray<TypeFault> Faults { get; init; } = [];

    /// <summary>The whole type: this draft's words over those of what it extends.</summary>
    public TaskType Over(string name, TaskType? below) =>
        new(
            name,
            Family?.Family ?? below?.Family ?? TaskFamily.Custom,
            Focus ?? below?.Focus ?? "",
            new TaskMethod(Method ?? below?.Method.Title ?? "Method", Steps ?? below?.Method.Steps ?? [], Sections ?? below?.Method.Sections ?? []))
        {
            Contract = (below?.Contract ?? Core.Contracts.ContractRules.None) with
            {
                MinWords = MinWords ?? below?.Contract.MinWords ?? 0,
                NeedsSources = NeedsSources ?? below?.Contract.NeedsSources ?? false,
            },
            Integration = Integration ?? below?.Integration ?? IntegrationMode.Auto,
            Guidance = Guidance ?? below?.Guidance ?? "",
        };
}
