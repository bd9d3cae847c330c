using Awoc.Core.Catalog;
using Awoc.Core.Integration;
using Awoc.Core.Tasks;
using Awoc.Prompts.Templating;

namespace Awoc.Prompts.Catalog;

/// <summary>The beginning of a definition: it holds as it stands, and shows in comments what there is to change.</summary>
public static class TypeSkeleton
{
    /// <param name="name">The new type's.</param>
    /// <param name="below">The type it builds upon.</param>
    public static string Of(string name, TaskType below) => Template.RenderEmbedded("type", new Dictionary<string, object>
    {
        ["name"] = name,
        ["extends"] = below.Name,
        ["focus"] = Yaml(below.Focus),
        ["method"] = Yaml(below.Method.Title),
        ["steps"] = below.Method.Steps.Select(object (step) => new Dictionary<string, object> { ["step"] = Yaml(step) }).ToList(),
        ["has_sections"] = !below.Method.Sections.IsEmpty,
        ["sections"] = below.Method.Sections.Select(object (s) => new Dictionary<string, object>
        {
            ["section"] = Yaml(s.Name),
            ["hint"] = s.Hint is null ? "" : Yaml(s.Hint),
            ["role"] = s.Role.Text(),
        }).ToList(),
        ["roles"] = string.Join(", ", SnakeCase.All<SectionRole>()),
        ["min_words"] = below.Contract.MinWords.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ["needs_sources"] = below.Contract.NeedsSources ? "true" : "false",
        ["integration"] = below.Integration.Text(),
        ["modes"] = string.Join(", ", SnakeCase.All<IntegrationMode>()),
        ["variables"] = string.Join(", ", GuidanceTemplate.Variables),
    });

    /// <summary>In quotes: a type's words may hold what YAML reads as a mark.</summary>
    private static string Yaml(string text) =>
        $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
