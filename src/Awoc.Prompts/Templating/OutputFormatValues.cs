using Awoc.Core.Catalog;
using Awoc.Core.Prompts;

namespace Awoc.Prompts.Templating;

/// <summary>What the template <c>format</c> is filled with.</summary>
internal static class OutputFormatValues
{
    public static void AddTo(Dictionary<string, object> values, TaskMethod method, OutputFormat format)
    {
        var sections = method.Sections;
        values["document"] = format switch
        {
            OutputFormat.Markdown => "A Markdown document",
            OutputFormat.Json => "One JSON object and nothing else in the file (no code fence, no comment)",
            OutputFormat.Text => "A plain text document without markup",
            OutputFormat.Other => "A document in the format that the Output File's extension stands for",
        };
        values["structured"] = !sections.IsEmpty;
        values["sections"] = sections.Select(object (s) => new Dictionary<string, object> { ["name"] = s.Name }).ToList();
        values["keys"] = format == OutputFormat.Json ? string.Join(", ", sections.Select(s => $"`{s.Key}`")) : "";
        values["hints"] = string.Join("; ", sections.Where(s => s.Hint is not null).Select(s => $"{s.Name}: {s.Hint}"));
    }
}
