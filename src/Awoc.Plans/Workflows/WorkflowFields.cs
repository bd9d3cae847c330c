using System.Collections.Immutable;
using Awoc.Core.Budgets;
using Awoc.Core.Integration;
using Awoc.Core.Tasks;

namespace Awoc.Plans.Workflows;

/// <summary>One key of a workflow file.</summary>
/// <param name="Name">As it is written; where <c>awoc run</c> has a flag for it, the flag's name.</param>
/// <param name="Says">For an editor's tooltip.</param>
public sealed record WorkflowField(string Name, FieldRule Rule, string Says);

/// <summary>
/// Every key that a workflow file may have. The reader and the published JSON Schema (<c>docs/schemas/workflow.schema.json</c>) are
/// made of this table, so that they cannot part.
/// </summary>
public static class WorkflowFields
{
    /// <summary>A task's key.</summary>
    public const string KeyPattern = "^[A-Za-z][A-Za-z0-9_-]{0,63}$";

    public const string KeyAllowed = "a letter, then letters, digits, '_' and '-', at most 64";

    /// <summary>A name and its run's suffix are a group's name, which has 64 characters.</summary>
    public const string NamePattern = "^[A-Za-z][A-Za-z0-9._-]{0,49}$";

    public const int MostTasks = 10_000;

    private const int LongestLine = 4096;
    private const int LongestDescription = 1024 * 1024;

    public static FieldRule Name { get; } = new FieldRule.Text(50, NamePattern, "a letter, then letters, digits, '.', '_' and '-', at most 50");

    public static FieldRule Description { get; } = new FieldRule.Text(LongestDescription);

    public static FieldRule Condition { get; } = new FieldRule.Text(Conditions.Condition.LongestText);

    /// <summary>An item of a list of files.</summary>
    public static FieldRule Path { get; } = new FieldRule.Text(LongestLine);

    /// <summary>An item of a list of tasks.</summary>
    public static FieldRule Key { get; } = new FieldRule.Text(64, KeyPattern, $"a task's key: {KeyAllowed}");

    /// <summary>The limits of one task, which stand in the task itself or under its <c>budget</c>.</summary>
    public static ImmutableArray<WorkflowField> Limits { get; } =
    [
        new("tokens", new FieldRule.Whole(1, Budget.MaxTokens), "Tokens that the model may generate, thinking included."),
        new("timeout", new FieldRule.Time(), "Running time: seconds, or a duration such as 10m."),
        new("stall_timeout", new FieldRule.Time(Off: true), "Time without a sign of life after which it counts as hung; off for none."),
        new("max_cost", new FieldRule.Money(), "What it may cost at list price, in US dollars."),
        new("max_input_tokens", new FieldRule.Whole(1, Budget.MaxTokens), "Input tokens; one read from a cache counts a tenth."),
        new("max_turns", new FieldRule.Whole(1, 1_000_000), "Answers of the model, those to sub-agents included."),
    ];

    /// <summary>The limits of a whole run, which its tasks share.</summary>
    public static ImmutableArray<WorkflowField> RunLimits { get; } =
    [
        new("tokens", new FieldRule.Whole(1, Budget.MaxTokens), "Tokens that all tasks of a run may generate together."),
        new("max_cost", new FieldRule.Money(), "What a run may cost at list price, in US dollars."),
        new("max_input_tokens", new FieldRule.Whole(1, Budget.MaxTokens), "Input tokens of all tasks of a run together; one read from a cache counts a tenth."),
    ];

    /// <summary>What a task takes, and <c>defaults</c> for all tasks, beside the limits.</summary>
    public static ImmutableArray<WorkflowField> Shared { get; } =
    [
        new("type", new FieldRule.Text(128), "The task type, such as research or code-review; without one it is custom."),
        new("agent", new FieldRule.Text(64), "claude, builtin or command; else what is configured or installed."),
        new("model", new FieldRule.Text(128), "sonnet, opus, haiku, a full name, or rehearsal."),
        .. Limits,
        new("on_budget", Words<OnBudget>(), "What happens when its budget is spent: stop (report and end) or ask (wait for you)."),
        new("on_failure", Words<OnFailure>(), "What recovery does by itself: default, auto (raise budgets too) or stop."),
        new("on_unmet", Words<OnUnmet>(), "What becomes of it when what it needs does not succeed: fail, skip, or run all the same."),
        new("retry", new FieldRule.Whole(0, 100), "Further attempts that recovery may make by itself."),
        new("max_total_tokens", new FieldRule.Whole(1, Budget.MaxTokens), "To where recovery may raise tokens; else twice as many."),
        new("max_total_time", new FieldRule.Time(), "To where recovery may raise the timeout; else twice as long."),
        new("permissions", Words<OnPermission>(), "deny, or ask (wait for awoc answer) where a tool needs leave."),
        new("record", new FieldRule.Truth(), "Keep the model's requests and answers, redacted."),
        new("queue", new FieldRule.Text(64), "The queue it waits in; else default."),
        new("priority", new FieldRule.Whole(-100, 100), "Higher starts earlier; 0 is everyone's."),
        new("strict", new FieldRule.Truth(), "A path, line or quote in the result that does not exist breaks its contract."),
        new("mends", new FieldRule.Whole(0, 10), "How often the agent is asked to mend a result that breaks its contract."),
        new("overwrite", new FieldRule.Truth(), "OUTPUT may exist already: it is replaced."),
        new("allow_outside", new FieldRule.Truth(), "OUTPUT may lie outside the working directory."),
        new("schema", new FieldRule.Text(LongestLine), "A file with a JSON Schema for a result that is JSON."),
        new("integrate", new FieldRule.Text(LongestLine, IntegratePattern, $"MODE or MODE:TARGET, a mode being one of {string.Join(", ", SnakeCase.All<IntegrationMode>())}"), "As it succeeds, bring the result into TARGET, else into OUTPUT: append, merge, reference, summarize or auto."),
        new("cwd", new FieldRule.Text(LongestLine), "The directory to work in, relative to the run's; else the run's."),
    ];

    /// <summary>What a single task takes beside <see cref="Shared"/>; lists and conditions apart.</summary>
    public static ImmutableArray<WorkflowField> Own { get; } =
    [
        new("description", Description, "What is to be done. ${inputs.NAME} stands for an input; ${tasks.KEY.output}, .summary, .result and .json.FIELD for what a task that it needs produced."),
        new("output", new FieldRule.Text(LongestLine), "Where the result goes; without it the result stays in the task's directory."),
    ];

    public const string ContextKey = "context";
    public const string InputsKey = "inputs";
    public const string NeedsKey = "needs";
    public const string WhenKey = "when";
    public const string BudgetKey = "budget";

    /// <summary>The keys of a task that take more than one value.</summary>
    public static ImmutableArray<(string Name, string Says)> Structured { get; } =
    [
        (ContextKey, "Files for the agent to know: small text goes into the prompt, else it is pointed at."),
        (InputsKey, "Files and directories that the result depends on: when one has changed, the task runs again."),
        (NeedsKey, "Tasks that it waits for: keys that must have succeeded, or a mapping of after, any and ended."),
        (WhenKey, "Asked when what it needs has ended: where it does not hold, the task is skipped."),
        (BudgetKey, "Its limits, which may stand in the task itself as well."),
    ];

    /// <summary>The keys of <c>needs</c>, where it is a mapping.</summary>
    public static ImmutableArray<(string Name, string Says)> Needs { get; } =
    [
        ("after", "Each must have succeeded."),
        ("any", "One must have succeeded."),
        ("ended", "Each must have ended, however."),
    ];

    /// <summary>The keys of an input.</summary>
    public static ImmutableArray<(string Name, string Says)> Input { get; } =
    [
        ("description", "What it is for."),
        ("default", "What it is when --input does not say; without one it must be given."),
        ("required", "true: it must be given. Not beside a default."),
    ];

    /// <summary>The keys of the file itself.</summary>
    public static ImmutableArray<(string Name, string Says)> Root { get; } =
    [
        ("name", "The workflow's name: what an earlier run is known by."),
        ("description", "What it is for."),
        ("inputs", "What a run is given with --input NAME=VALUE, and ${inputs.NAME} stands for."),
        ("defaults", "What every task has that does not say otherwise."),
        ("budget", "What the tasks of a run may use together."),
        ("tasks", "The tasks by their keys."),
    ];

    public static WorkflowField? Find(IEnumerable<WorkflowField> fields, string name) => fields.FirstOrDefault(f => f.Name == name);

    private static string IntegratePattern => $"^(?:{string.Join('|', SnakeCase.All<IntegrationMode>())})(?::[^\\n]+)?$";

    private static FieldRule.Word Words<T>() where T : struct, Enum => new([.. SnakeCase.All<T>()]);
}
