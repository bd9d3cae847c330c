using System.Text.Json;
using System.Text.RegularExpressions;
using Awoc.Rehearsal.Messages;
using Awoc.Rehearsal.Planner;

namespace Awoc.Rehearsal.Scenarios;

/// <summary>The <c>{{name}}</c> variables of a scenario's strings, filled from the conversation that is answered.</summary>
internal static partial class ScenarioVariables
{
    /// <summary>Longer prompts are echoed up to here, in characters.</summary>
    private const int MaxEcho = 2_000;

    public static IReadOnlyList<string> Names { get; } = ["output", "cwd", "task", "type", "prompt", "turn", "open"];

    public static string Fill(string text, Conversation conversation, int turn) =>
        Variable().Replace(text, m => Value(m.Groups["name"].Value, conversation, turn) ?? m.Value);

    /// <summary>Fills variables that stand inside JSON strings.</summary>
    public static string FillJson(string json, Conversation conversation, int turn) =>
        Variable().Replace(json, m => Value(m.Groups["name"].Value, conversation, turn) is { } value
            ? JsonEncodedText.Encode(value, WireFormat.Options.Encoder).ToString()
            : m.Value);

    [GeneratedRegex(@"\{\{\s*(?<name>[A-Za-z][A-Za-z0-9_]*)\s*\}\}")]
    public static partial Regex Variable();

    private static string? Value(string name, Conversation conversation, int turn) => name switch
    {
        "output" => conversation.OutputFile ?? "rehearsal-output.md",
        "cwd" => conversation.OwnTask?.WorkingDirectory ?? ".",
        "task" => conversation.OwnTask?.Id ?? "unknown",
        "type" => conversation.OwnTask?.Type ?? "custom",
        "prompt" => conversation.LastPrompt.Length <= MaxEcho ? conversation.LastPrompt : conversation.LastPrompt[..MaxEcho] + "…",
        // For a text that has such braces itself: {{open}}name}} is said as {{name}}.
        "open" => "{{",
        "turn" => turn.ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ => null,
    };
}
