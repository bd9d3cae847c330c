using System.Globalization;
using Awoc.Core.Contracts;
using Awoc.Prompts.Templating;

namespace Awoc.Prompts;

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
    public static string Build(IReadOnlyCollection<Finding> findings, string path, bool isWritten, string? schema) =>
        Template.RenderEmbedded("mend", new Dictionary<string, object>
        {
            ["opening"] = Opening,
            ["findings"] = findings.Take(MostFindings).Select(object (finding) => new Dictionary<string, object> { ["finding"] = Words(finding) }).ToList(),
            ["more"] = findings.Count > MostFindings ? (findings.Count - MostFindings).ToString(CultureInfo.InvariantCulture) : "",
            ["written"] = isWritten,
            ["path"] = PromptText.Line(path),
            ["schema"] = schema?.Trim() ?? "",
        }).TrimEnd('\n');

    private static string Words(Finding finding)
    {
        var message = PromptText.Line(finding.Message);
        if (message.Length > LongestMessage) message = $"{message.AsSpan(0, LongestMessage)}…";
        return finding.Line is { } line ? string.Create(CultureInfo.InvariantCulture, $"line {line}: {message}") : message;
    }
}
