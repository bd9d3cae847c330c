using System.Text.Json;
using System.Text.Json.Serialization;
using Awoc.Core.Tasks;
using Awoc.Engine.Homes;

namespace Awoc.Engine.TaskFolders;

/// <summary>
/// <c>task-config.json</c>: the seed's fields in the seed's words, kept current. The daemon is its only writer: an agent
/// that reports its own status may lie.
/// </summary>
public sealed record TaskConfigFile
{
    public const string SeedSchema = "background-task-v1.1";
    private const int TimedOutCode = 124;

    public string Schema { get; init; } = SeedSchema;
    public required string TaskId { get; init; }
    public required string TaskType { get; init; }
    public string? Description { get; init; }
    public required string OutputFile { get; init; }
    public string? Model { get; init; }
    public required long TokenBudget { get; init; }
    public required long Timeout { get; init; }
    public long? StallTimeout { get; init; }
    public long? MaxInputTokens { get; init; }
    public decimal? MaxCost { get; init; }
    public int? MaxTurns { get; init; }
    public required string OnBudget { get; init; }
    public required string OnFailure { get; init; }
    public int? MaxRetries { get; init; }
    public long? MaxTotalTokens { get; init; }
    public long? MaxTotalTime { get; init; }
    public required string Permissions { get; init; }
    public required string ParentSession { get; init; }
    public required string CreatedAt { get; init; }
    public string? StartedAt { get; init; }
    public string? CompletedAt { get; init; }
    public required string Status { get; init; }
    public int? ExitCode { get; init; }
    public required string Agent { get; init; }
    public required string WorkingDirectory { get; init; }
    public required string State { get; init; }
    public string? Outcome { get; init; }
    public string? Reason { get; init; }
    public string? Detail { get; init; }
    public required string Result { get; init; }
    public string? ResultFile { get; init; }
    public int Attempt { get; init; }
    public int? Retries { get; init; }
    public string? NextAttemptAt { get; init; }
    public string? WaitsFor { get; init; }
    public long OutputTokens { get; init; }
    public bool? Rehearsal { get; init; }

    public static TaskConfigFile Of(AgentTask task, TaskFolder folder) => new()
    {
        TaskId = task.Id.Value,
        TaskType = task.Spec.Type,
        Description = task.Spec.Description is { Length: > 0 } text ? text : null,
        OutputFile = task.Spec.Output ?? folder.Output(null),
        Model = task.Spec.Model,
        TokenBudget = task.Budget.Tokens,
        Timeout = task.Budget.TimeoutSeconds,
        StallTimeout = task.Budget.StallSeconds,
        MaxInputTokens = task.Budget.InputTokens,
        MaxCost = task.Budget.CostUsd,
        MaxTurns = task.Budget.Turns,
        OnBudget = task.Spec.OnBudget.Text(),
        OnFailure = task.Spec.OnFailure.Text(),
        MaxRetries = task.Spec.MaxRetries,
        MaxTotalTokens = task.Spec.MaxTotalTokens,
        MaxTotalTime = task.Spec.MaxTotalSeconds,
        Permissions = task.Spec.OnPermission.Text(),
        ParentSession = task.Spec.ParentSession ?? "unknown",
        CreatedAt = Time(task.CreatedAt),
        StartedAt = task.StartedAt is { } started ? Time(started) : null,
        CompletedAt = task.EndedAt is { } ended ? Time(ended) : null,
        Status = StatusOf(task),
        ExitCode = ExitCodeOf(task),
        Agent = task.Spec.Agent,
        WorkingDirectory = task.Spec.Cwd,
        State = task.State.Text(),
        Outcome = task.Outcome.Text(),
        Reason = task.Reason.Text(),
        Detail = task.Detail,
        Result = task.Result.Text(),
        ResultFile = task.ResultPath,
        Attempt = task.Attempt,
        Retries = task.Recovery.Retries > 0 ? task.Recovery.Retries : null,
        NextAttemptAt = task.State == TaskState.Scheduled && task.DueAt is { } due ? Time(due) : null,
        WaitsFor = task.WaitsFor,
        OutputTokens = task.Usage.Output,
        Rehearsal = task.Spec.Rehearsal ? true : null,
    };

    public static void Write(AgentTask task, TaskFolder folder)
    {
        var draft = folder.Config + ".tmp";
        File.WriteAllBytes(draft, Bytes(task, folder));
        File.Move(draft, folder.Config, overwrite: true);
    }

    /// <summary>Unless there is one, which then tells of a later state. It appears whole: whoever finds it there takes the folder for made.</summary>
    public static void TryWriteNew(AgentTask task, TaskFolder folder)
    {
        if (File.Exists(folder.Config)) return;
        var draft = folder.Config + ".new";
        File.WriteAllBytes(draft, Bytes(task, folder));
        try
        {
            File.Move(draft, folder.Config, overwrite: false);
        }
        catch (IOException) when (File.Exists(folder.Config))
        {
            // The task's start was first.
            File.Delete(draft);
        }
    }

    private static byte[] Bytes(AgentTask task, TaskFolder folder) =>
        JsonSerializer.SerializeToUtf8Bytes(Of(task, folder), TaskConfigJson.Default.TaskConfigFile);

    /// <summary>The seed's word for a state: the one table.</summary>
    public static string StatusOf(AgentTask task) => task.State switch
    {
        TaskState.Scheduled or TaskState.Queued => "initializing",
        TaskState.Running or TaskState.AwaitingInput => "running",
        TaskState.Ended => task.Outcome == TaskOutcome.Succeeded ? "completed" : "failed",
    };

    /// <summary>The exit code that stands for an outcome; 124 for a timeout, as <c>timeout(1)</c> has it.</summary>
    public static int? ExitCodeOf(AgentTask task) => task.Outcome switch
    {
        null => null,
        TaskOutcome.Succeeded => 0,
        TaskOutcome.Failed => 1,
        TaskOutcome.BudgetExhausted => 3,
        TaskOutcome.Canceled => 4,
        TaskOutcome.Lost => 5,
        TaskOutcome.TimedOut => TimedOutCode,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static string Time(DateTimeOffset at) =>
        at.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TaskConfigFile))]
internal sealed partial class TaskConfigJson : JsonSerializerContext;
