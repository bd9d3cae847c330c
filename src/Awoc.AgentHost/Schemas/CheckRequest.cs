using System.Text.Json;
using System.Text.Json.Serialization;

namespace Awoc.AgentHost.Schemas;

/// <summary>What <c>awoc-agent check-json</c> is asked, one JSON object on standard input.</summary>
/// <param name="Schema">A JSON Schema in the keywords that the validator enforces: AWOC has made it so.</param>
/// <param name="Text">The document.</param>
internal sealed record CheckRequest(string Schema, string Text);

/// <summary>What it answers on standard output.</summary>
/// <param name="Error">Why nothing could be said of the document; null where something was.</param>
/// <param name="More">Findings beyond those told.</param>
internal sealed record CheckAnswer(IReadOnlyList<SchemaFinding> Findings, int More = 0, string? Error = null);

/// <param name="Where">JSON pointer; empty for the whole document.</param>
internal sealed record SchemaFinding(int? Line, string Where, string Message);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CheckRequest))]
[JsonSerializable(typeof(CheckAnswer))]
internal sealed partial class CheckJson : JsonSerializerContext;
