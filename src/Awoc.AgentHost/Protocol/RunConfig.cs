using System.Text.Json;
using System.Text.Json.Serialization;

namespace Awoc.AgentHost.Protocol;

/// <summary>
/// The first line on standard input: what this attempt is to do. It holds no secret. What has a default has a setter: the
/// source-generated reader gives an absent <c>init</c> member the type's default, not the one written here.
/// </summary>
internal sealed record RunConfig
{
    public required string Prompt { get; init; }

    /// <summary>The provider's full model name.</summary>
    public required string Model { get; init; }

    /// <summary>Greatest length of one answer, in tokens. The gateway lowers it to what the budget leaves: it alone counts that.</summary>
    public int MaxTokens { get; set; } = 32_000;

    public required string Session { get; init; }

    /// <summary>The session to go on with; its checkpoint is looked for in <see cref="Checkpoints"/> and in the directories beside it.</summary>
    public string? Resume { get; init; }

    /// <summary>Absolute path of the directory that takes this session's checkpoint.</summary>
    public required string Checkpoints { get; init; }

    /// <summary>Absolute path where the output is to be written; its directory is made.</summary>
    public string? Staging { get; init; }

    /// <summary>A JSON Schema of an object: the result is to be given as that, through a tool of its own; null for none.</summary>
    public JsonElement? Schema { get; init; }

    public IReadOnlyList<string> Tools { get; set; } = [];

    /// <summary>
    /// What it shares with other attempts, what is shared most widely first: it stands in the system prompt, byte for byte as given,
    /// and the end of each part is marked for the provider's cache. At most three.
    /// </summary>
    public IReadOnlyList<string> Context { get; set; } = [];

    /// <summary>The marks of <see cref="Context"/> ask for an hour and not for five minutes.</summary>
    public bool HourCache { get; set; }

    /// <summary>Model calls before the agent ends a turn by itself.</summary>
    public int MaxTurns { get; set; } = 200;

    /// <summary>Times a failed model call is repeated.</summary>
    public int MaxRetries { get; set; } = 10;

    /// <summary>Lets <c>WebFetch</c> reach loopback, link-local and private addresses.</summary>
    public bool AllowPrivateAddresses { get; set; }
}

/// <summary>A later line on standard input.</summary>
/// <param name="Type">
/// <c>message</c> begins a turn, <c>report</c> the last one, without tools; <c>interrupt_turn</c> ends the turn under way,
/// <c>interrupt</c> the process.
/// </param>
/// <param name="Text">What a message or a report is to say to the model.</param>
internal sealed record ControlLine(string? Type, string? Text);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(RunConfig))]
[JsonSerializable(typeof(ControlLine))]
internal sealed partial class ProtocolJson : JsonSerializerContext;
