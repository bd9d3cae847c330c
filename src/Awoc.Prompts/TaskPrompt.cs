using System.Globalization;
using System.Text;
using Awoc.Core.Catalog;
using Awoc.Core.Prompts;
using Awoc.Core.Tasks;
using Awoc.Prompts.Catalog;
using Awoc.Prompts.Templating;

namespace Awoc.Prompts;

/// <summary>
/// The prompt of one attempt. What is the same for every task of a type and output format comes first, so that a
/// provider's cache can serve it again; what belongs to this task comes last. The headings, the bullets under
/// <c>Task Configuration</c> and those under <c>Expected Output Format</c> are a format: the rehearsal's planner reads them.
/// The description is a block quote.
/// </summary>
public static class TaskPrompt
{
    /// <summary>Up to this budget, in tokens, the agent is told to write its report early.</summary>
    public const long SmallBudget = 10_000;

    /// <param name="stagingPath">Absolute path where the agent is to write its output.</param>
    /// <param name="tools">What the agent is given.</param>
    /// <param name="limits">What this attempt may use; null: the whole of the spec's budget.</param>
    /// <param name="inline">Those of the spec's context files whose text is to stand in the prompt.</param>
    /// <param name="shared">What stands in the system prompt, beside it; null for nothing.</param>
    public static string Build(
        TaskSpec spec, TaskId id, string stagingPath, IReadOnlyList<string> tools, PromptLimits? limits = null, IReadOnlyList<InlineFile>? inline = null,
        SharedMention? shared = null)
    {
        var left = limits ?? PromptLimits.Of(spec.Budget);
        var type = TaskTypeCatalog.Of(spec);
        var format = OutputFormats.Of(spec.Output);
        var files = inline ?? [];
        var inlined = files.Select(f => f.Path).Concat(shared?.Files ?? []).ToHashSet(StringComparer.Ordinal);
        var referred = spec.Context.IsDefaultOrEmpty ? [] : spec.Context.Where(path => !inlined.Contains(path)).ToList();
        var values = new Dictionary<string, object>
        {
            ["title"] = type.Method.Title,
            ["steps"] = type.Method.Steps.Select(object (step, at) => new Dictionary<string, object> { ["number"] = Number(at + 1), ["step"] = step }).ToList(),
            ["guidance"] = GuidanceTemplate.Render(type.Guidance, name => GuidanceValue(name, spec, format, left)).Trim(),
            ["has_inline"] = files.Count > 0,
            ["inline"] = files.Select(object (f) => new Dictionary<string, object> { ["path"] = PromptText.Line(f.Path), ["content"] = PromptText.Fenced(f.Text) }).ToList(),
            ["primer"] = shared?.Primer?.TrimEnd('\n') ?? "",
            ["has_map"] = shared?.HasMap ?? false,
            ["has_shared"] = shared is { Files.Count: > 0 },
            ["shared"] = (shared?.Files ?? []).Select(object (path) => new Dictionary<string, object> { ["path"] = PromptText.Line(path) }).ToList(),
            ["description"] = string.IsNullOrWhiteSpace(spec.Description) ? "" : PromptText.Quote(spec.Description),
            ["focus"] = type.Focus,
            ["id"] = id.ToString(),
            ["type"] = PromptText.Line(spec.Type),
            ["output"] = PromptText.Line(stagingPath),
            ["tokens"] = Number(left.Tokens),
            ["tokens_used"] = left.TokensUsed > 0 ? Number(left.TokensUsed) : "",
            ["work"] = Number(left.Split.Work),
            ["half"] = Number(left.Split.Work / 2),
            ["report"] = Number(left.Split.Report),
            ["seconds"] = Number(left.Seconds),
            ["seconds_used"] = left.SecondsUsed > 0 ? Number(left.SecondsUsed) : "",
            ["model"] = PromptText.Line(spec.Model ?? "the agent's own"),
            ["cwd"] = PromptText.Line(spec.Cwd),
            ["tools"] = string.Join(", ", tools),
            ["has_files"] = referred.Count > 0,
            ["files"] = referred.Select(object (path) => new Dictionary<string, object> { ["path"] = PromptText.Line(path) }).ToList(),
            ["small"] = left.Tokens <= SmallBudget,
        };
        OutputFormatValues.AddTo(values, type.Method, format, spec.Schema);
        return Template.RenderEmbedded("task", values);
    }

    private static string GuidanceValue(string name, TaskSpec spec, OutputFormat format, PromptLimits left) => name switch
    {
        "type" => spec.Type,
        "description" => spec.Description,
        "output" => spec.Output ?? "",
        "format" => format.Text(),
        "cwd" => spec.Cwd,
        "agent" => spec.Agent,
        "model" => spec.Model ?? "",
        "name" => spec.Name ?? "",
        "tokens" => Number(left.Tokens),
        "seconds" => Number(left.Seconds),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
