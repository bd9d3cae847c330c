using System.Globalization;
using System.Text;
using Awoc.Core.Contracts;

namespace Awoc.Core.Prompts;

/// <summary>
/// The message that asks an agent, in the session that made it, to mend a result that breaks its contract. The first line is a format: the
/// rehearsal's planner reads it.
/// </summary>
public static class MendPrompt
{
    /// <summary>How the message begins.</summary>
    public const string Opening = "AWOC: the result breaks its contract.";

    private const int MostFindings = 30;
    private const int LongestMessage = 500;

    /// <param name="path">Absolute path of the result, or of where it is to be written.</param>
    /// <param name="isWritten">It stands there; else it was said in words.</param>
    /// <param name="schema">The JSON Schema it has to keep, where the user gave one.</param>
    public static string Build(IReadOnlyCollection<Finding> findings, string path, bool isWritten, string? schema)
    {
        var text = new StringBuilder(1024);
        text.Append(Opening).Append(" Mend exactly what was found, and change nothing else:\n");
        foreach (var finding in findings.Take(MostFindings))
        {
            var message = PromptText.Line(finding.Message);
            if (message.Length > LongestMessage) message = $"{message.AsSpan(0, LongestMessage)}…";
            text.Append("- ");
            if (finding.Line is { } line) text.Append(CultureInfo.InvariantCulture, $"line {line}: ");
            text.Append(message).Append('\n');
        }

        if (findings.Count > MostFindings) text.Append(CultureInfo.InvariantCulture, $"- and {findings.Count - MostFindings} more of the kind\n");
        text.Append('\n').Append(isWritten
            ? $"The file is {PromptText.Line(path)}. Change it in place."
            : $"You gave the result in words. Write the whole of it, mended, to {PromptText.Line(path)} with the Write tool, and nothing else into that file.");
        if (schema is not null) text.Append("\nThe file must be one JSON document that is valid against this JSON Schema:\n\n```json\n").Append(schema.Trim()).Append("\n```\n");
        text.Append(" Invent nothing to fill a gap: what you do not know, say so in its place. Then answer with one sentence, and stop.");
        return text.ToString();
    }
}
