using System.Globalization;
using System.Text;
using Awoc.Core.Catalog;
using Awoc.Core.Prompts;
using Awoc.Core.Tasks;
using Awoc.Prompts.Catalog;

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
    public static string Build(TaskSpec spec, TaskId id, string stagingPath, IReadOnlyList<string> tools, PromptLimits? limits = null)
    {
        var left = limits ?? PromptLimits.Of(spec.Budget);
        var type = TaskTypeCatalog.Of(spec);
        var format = OutputFormats.Of(spec.Output);
        var text = new StringBuilder(4096 + spec.Description.Length);
        AppendProtocol(text);
        AppendMethod(text, type.Method);
        AppendFormat(text, type.Method, format);
        AppendDetails(text, type, spec.Description);
        AppendConfiguration(text, spec, id, stagingPath, left);
        AppendContext(text, spec, tools, left);
        AppendClosing(text, type.Method, stagingPath, left);
        return text.ToString();
    }

    private static void AppendProtocol(StringBuilder text) => text.Append("""
        You are an independent background agent executing a focused task. Nobody watches and nobody can answer a question:
        where something is open, decide, and say in your output what you assumed.

        ## Task Execution Protocol
        1. **Stay Focused**: execute only the specified task; change nothing that it does not ask you to change
        2. **Monitor Resources**: keep within the token budget and the time limit below; both are enforced
        3. **Structured Output**: save the whole result to the Output File, in the format below
        4. **Error Handling**: when something fails, go on with what you have, and say in the output what is missing and why
        5. **Status Updates**: AWOC records the status: do not edit any status file


        """);

    internal static void AppendFormat(StringBuilder text, TaskMethod method, OutputFormat format)
    {
        text.Append("## Expected Output Format\n").Append(format switch
        {
            OutputFormat.Markdown => "A Markdown document",
            OutputFormat.Json => "One JSON object and nothing else in the file (no code fence, no comment)",
            OutputFormat.Text => "A plain text document without markup",
            OutputFormat.Other => "A document in the format that the Output File's extension stands for",
        });
        if (method.Sections.IsEmpty)
        {
            text.Append(", structured as the task asks.\n\n");
            return;
        }

        text.Append(format == OutputFormat.Json ? " with a key for each of:\n" : " with these sections, in this order:\n");
        foreach (var section in method.Sections) text.Append("- ").Append(section.Name).Append('\n');
        if (format == OutputFormat.Json)
            text.Append("\nThe keys, in this order: ").AppendJoin(", ", method.Sections.Select(s => $"`{s.Key}`")).Append(".\n");
        var hints = method.Sections.Where(s => s.Hint is not null).Select(s => $"{s.Name}: {s.Hint}").ToList();
        if (hints.Count > 0) text.Append("\nForm: ").AppendJoin("; ", hints).Append(".\n");
        text.Append("\nA section with nothing to say says so in one line.\n\n");
    }

    private static void AppendMethod(StringBuilder text, TaskMethod method)
    {
        text.Append("## ").Append(method.Title).Append('\n');
        for (var step = 0; step < method.Steps.Length; step++)
            text.Append(CultureInfo.InvariantCulture, $"{step + 1}. {method.Steps[step]}\n");
        text.Append('\n');
    }

    private static void AppendDetails(StringBuilder text, TaskType type, string description)
    {
        text.Append("## Task Details\n");
        if (string.IsNullOrWhiteSpace(description))
            text.Append("No further description: take the working directory as the subject.\n");
        else
            PromptText.AppendQuote(text, description);
        text.Append("\n### Focus\n").Append(type.Focus).Append("\n\n");
    }

    private static void AppendConfiguration(StringBuilder text, TaskSpec spec, TaskId id, string stagingPath, PromptLimits left) => text
        .Append("## Task Configuration\n")
        .Append(CultureInfo.InvariantCulture, $"- **Task ID**: {id}\n")
        .Append(CultureInfo.InvariantCulture, $"- **Task Type**: {PromptText.Line(spec.Type)}\n")
        .Append(CultureInfo.InvariantCulture, $"- **Output File**: {PromptText.Line(stagingPath)}\n")
        .Append(CultureInfo.InvariantCulture, $"- **Token Budget**: {left.Tokens} tokens maximum{Used(left.TokensUsed, "tokens")}\n")
        .Append(CultureInfo.InvariantCulture, $"- **Work Budget**: {left.Split.Work} of these tokens; {left.Split.Report} more are kept back for the report\n")
        .Append(CultureInfo.InvariantCulture, $"- **Time Limit**: {left.Seconds} seconds{Used(left.SecondsUsed, "seconds")}\n")
        .Append(CultureInfo.InvariantCulture, $"- **Model**: {PromptText.Line(spec.Model ?? "the agent's own")}\n\n");

    private static string Used(long used, string unit) =>
        used > 0 ? string.Create(CultureInfo.InvariantCulture, $" (this is what earlier attempts left: they used {used} {unit})") : "";

    private static void AppendContext(StringBuilder text, TaskSpec spec, IReadOnlyList<string> tools, PromptLimits left)
    {
        text.Append("## Execution Context\n")
            .Append("- Working Directory: ").Append(PromptText.Line(spec.Cwd)).Append('\n')
            .Append("- Available Tools: ").AppendJoin(", ", tools).Append('\n')
            .Append("- Context Isolation: full isolation from the session that launched you\n")
            .Append(CultureInfo.InvariantCulture, $"- Resource Limits: {left.Tokens} tokens, {left.Seconds} seconds\n");
        if (!spec.Context.IsDefaultOrEmpty)
        {
            text.Append("- Context Files (read what you need of them):\n");
            foreach (var file in spec.Context) text.Append("  - ").Append(PromptText.Line(file)).Append('\n');
        }

        text.Append('\n');
    }

    private static void AppendClosing(StringBuilder text, TaskMethod method, string stagingPath, PromptLimits left)
    {
        text.Append("Save the results to ").Append(PromptText.Line(stagingPath))
            .Append(" with the Write tool, as one whole document. Then answer with a summary of two sentences, and stop.\n")
            .Append(CultureInfo.InvariantCulture, $"You have {left.Split.Work} tokens for the work, counted as you generate them. When half of it is used, ")
            .Append(CultureInfo.InvariantCulture, $"about {left.Split.Work / 2} tokens, or half of the {left.Seconds} seconds, write the report with what you have.\n");
        if (left.Tokens > SmallBudget) return;
        text.Append("The token budget is small. Before you look at anything, write the report's skeleton to the Output File with the Write tool: ")
            .Append(method.Sections.IsEmpty ? "each heading it will have" : "each of the sections named above")
            .Append(", in order, with one line. Then look at little, write the report over the skeleton, and keep it brief: a plain word in every section is worth more than one section in full.\n");
    }
}
