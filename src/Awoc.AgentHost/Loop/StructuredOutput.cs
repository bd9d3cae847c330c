using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Awoc.AgentHost.Loop;

/// <summary>
/// The tool through which a result with a schema is given. The API's own output format binds every text of the conversation, takes a part
/// of JSON Schema alone and refuses the rest, so the schema is a tool's input, as with Claude Code; where the model ends without it, it is
/// asked once in a way that leaves no choice.
/// </summary>
internal sealed class StructuredOutput(JsonElement? schema, string? staging)
{
    public const string Tool = "StructuredOutput";

    public const string Taken = "Taken.";

    /// <summary>What was given in the turn under way.</summary>
    public JsonElement? Given { get; private set; }

    /// <summary>The tool; empty where no schema was given.</summary>
    public IEnumerable<AITool> Declarations =>
        schema is { } wanted ? [AIFunctionFactory.CreateDeclaration(Tool, "Gives the result of the task, whole, in the form that is asked for. Call it once, when the work is done.", wanted)] : [];

    /// <summary>The model has ended without a result in either form.</summary>
    public bool IsWanting => schema is not null && Given is null && !(staging is not null && File.Exists(staging));

    public void Begin() => Given = null;

    public bool Takes(FunctionCallContent call) => schema is not null && call.Name == Tool;

    public void Take(JsonElement input) => Given = input;
}
