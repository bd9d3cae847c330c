using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Awoc.Core;
using Awoc.Core.Tasks;

namespace Awoc.Engine.Endings;

/// <summary><c>partial-results.json</c>: what an attempt that did not succeed left behind. See <c>docs/partial-results.md</c>.</summary>
public sealed record PartialAccount
{
    public const int CurrentVersion = 1;

    public int Version { get; init; } = CurrentVersion;
    public required string Task { get; init; }
    public required string Type { get; init; }
    public string? Description { get; init; }
    public required string Agent { get; init; }
    public string? Model { get; init; }
    public required int Attempt { get; init; }
    public required TaskOutcome Outcome { get; init; }
    public EndReason? Reason { get; init; }
    public string? Detail { get; init; }

    /// <summary>What can be used at once; its source is <see cref="PartialSource.None"/> when there is nothing.</summary>
    public required RecoveredResult Recovered { get; init; }

    public required PartialProgress Progress { get; init; }
    public required PartialRemainder Left { get; init; }

    /// <summary>Files that the agent's tools wrote, its own staging file left out.</summary>
    public required IReadOnlyList<WrittenFile> Files { get; init; }

    /// <summary>The last results of its tools, oldest first.</summary>
    public required IReadOnlyList<PartialToolResult> LastResults { get; init; }

    /// <summary>The command that shows the ways to go on.</summary>
    public required string Next { get; init; }

    public byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, PartialJsonContext.Readable.PartialAccount);

    /// <summary>Null when there is none, or none that can be read.</summary>
    public static PartialAccount? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), PartialJsonContext.Default.PartialAccount);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}

/// <param name="Attempt">The attempt it comes from: an earlier one where the last produced less.</param>
/// <param name="Path">The file that holds it whole; null when there is nothing.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Text">Its text, or the beginning of it.</param>
/// <param name="Truncated">The text is only its beginning.</param>
public sealed record RecoveredResult(PartialSource Source, int Attempt, string? Path, long Bytes, string? Text, bool Truncated);

/// <summary>Where a recovered result was found.</summary>
public enum PartialSource
{
    None,

    /// <summary>The file that the agent was told to write its result to.</summary>
    StagedFile,

    /// <summary>The user's OUTPUT, which the agent wrote itself.</summary>
    OutputFile,

    /// <summary>The content of a call that was to write the result and was cut off in the midst of it.</summary>
    CutWrite,

    /// <summary>The content of a call that was to write the result and failed or was not carried out.</summary>
    FailedWrite,

    /// <summary>The report that the agent wrote when its budget was over.</summary>
    Report,

    /// <summary>What the agent said.</summary>
    Text,

    /// <summary>Standard output of a command.</summary>
    Printed,
}

/// <param name="Turns">Answers of the model on the main thread.</param>
/// <param name="ToolCalls">Tool calls of the main thread.</param>
/// <param name="LastTool">The name of the last tool call that was not finished; null when all were.</param>
/// <param name="LastRetry">The agent's last wait for the model API, in words.</param>
/// <param name="Todo">The agent's own list; empty when it made none.</param>
public sealed record PartialProgress(
    int Turns, int ToolCalls, int FailedCalls, string? LastTool, string? LastRetry, IReadOnlyList<PartialTodo> Todo, long ElapsedMs, long TokensUsed, long TokensBudget)
{
    public int TodoDone => Todo.Count(item => item.IsDone);
}

public sealed record PartialTodo(string Text, string Status)
{
    [JsonIgnore]
    public bool IsDone => Status is "completed" or "done";
}

/// <param name="Todo">Items of the agent's list that are not done.</param>
/// <param name="Sections">Sections that the task asks for and the recovered result does not have.</param>
public sealed record PartialRemainder(IReadOnlyList<string> Todo, IReadOnlyList<string> Sections);

/// <param name="Change"><c>modified</c>, <c>new</c> (not under version control), <c>unchanged</c>, <c>gone</c>, or <c>written</c> where no repository tells.</param>
/// <param name="Bytes">Its length now; null when it is gone.</param>
/// <param name="Diff">Against the last commit, in unified form; cut at a bound.</param>
public sealed record WrittenFile(string Path, string Change, long? Bytes, string? Diff);

public sealed record PartialToolResult(string Tool, bool IsError, string Text);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true,
    Converters = [typeof(SnakeCaseConverter<TaskOutcome>), typeof(SnakeCaseConverter<EndReason>), typeof(SnakeCaseConverter<PartialSource>)])]
[JsonSerializable(typeof(PartialAccount))]
internal sealed partial class PartialJsonContext : JsonSerializerContext
{
    /// <summary>With letters of all languages as they are: people read it too.</summary>
    public static PartialJsonContext Readable => field ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
