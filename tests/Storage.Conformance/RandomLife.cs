using System.Collections.Immutable;
using Awoc.Core.Budgets;
using Awoc.Core.Contracts;
using Awoc.Core.Integration;
using Awoc.Core.Lifecycle;
using Awoc.Core.Recovery;
using Awoc.Core.Tasks;
using CsCheck;

namespace Storage.Conformance;

/// <summary>
/// Random commands for a task. A step becomes a command only when the task is known to which it is put, so that fences are
/// right most of the time and stale now and then.
/// </summary>
public static class RandomLife
{
    public static readonly DateTimeOffset Start = new(2026, 11, 22, 10, 30, 0, TimeSpan.Zero);

    public static Gen<Step[]> Steps { get; } = Gen.Select(
        Gen.Frequency(
            (3, Gen.Const(Verb.Enqueue)),
            (6, Gen.Const(Verb.Dispatch)),
            (2, Gen.Const(Verb.Adopt)),
            (1, Gen.Const(Verb.Cancel)),
            (2, Gen.Const(Verb.AskInput)),
            (2, Gen.Const(Verb.GiveInput)),
            (1, Gen.Const(Verb.ReportLimit)),
            (1, Gen.Const(Verb.Land)),
            (2, Gen.Const(Verb.ChangeBudget)),
            (1, Gen.Const(Verb.Postpone)),
            (1, Gen.Const(Verb.Skip)),
            (1, Gen.Const(Verb.NoteSuccessor)),
            (3, Gen.Const(Verb.Finish)),
            (3, Gen.Const(Verb.Defer)),
            (2, Gen.Const(Verb.Pause)),
            (1, Gen.Const(Verb.LetEnd)),
            (1, Gen.Const(Verb.NoteMend)),
            (1, Gen.Const(Verb.NoteVerified)),
            (2, Gen.Const(Verb.NoteIntegrated)),
            (1, Gen.Const(Verb.NoteUnintegrated)),
            (1, Gen.Const(Verb.NoteUndone)),
            (2, Gen.Const(Verb.Acknowledge)),
            (1, Gen.Const(Verb.UseResult)),
            (2, Gen.Const(Verb.Reopen))),
        Gen.Int[0, 9],
        Gen.Long[0, 50_000],
        (verb, dice, amount) => new Step(verb, dice, amount)).Array[0, 60];

    public static TaskSpec Spec(string? output = null, string? name = null, string queue = "default") => new()
    {
        Type = "custom",
        Description = "count the files — naïvely",
        Agent = "command",
        Model = "sonnet",
        Budget = Budget.Default,
        Cwd = "/home/user/project",
        Context = ["/home/user/project/README.md"],
        Environment = ImmutableSortedDictionary<string, string>.Empty.Add("PATH", "/usr/bin:/bin"),
        Output = output,
        Name = name,
        Queue = queue,
    };

    /// <summary>The same task, not to start before then.</summary>
    public static TaskSpec Due(TaskSpec spec, DateTimeOffset? at) => at is null ? spec : spec with { Start = new StartCondition { NotBefore = at } };

    public static TaskCommand Command(Step step, AgentTask task, DateTimeOffset at)
    {
        // One in ten comes from a daemon that has lost the attempt.
        var fence = step.Dice == 0 ? task.Fence - 1 : task.Fence;
        var node = $"node-{step.Dice % 3}";
        var usage = new Usage(step.Amount, step.Amount / 3, step.Dice, 10, 20) { CostUsd = step.Dice % 2 == 0 ? step.Amount * 0.00001m : null };
        return step.Verb switch
        {
            Verb.Enqueue => new TaskCommand.Enqueue(),
            Verb.Dispatch => new TaskCommand.Dispatch(node),
            Verb.Adopt => new TaskCommand.Adopt(node),
            Verb.Cancel => new TaskCommand.Cancel("user"),
            Verb.AskInput => new TaskCommand.AskInput("which branch?"),
            Verb.GiveInput => new TaskCommand.GiveInput(step.Dice % 2 == 0 ? "main" : null),
            Verb.ReportLimit => new TaskCommand.ReportLimit(EndReason.Tokens, step.Amount, step.Amount),
            Verb.Finish => new TaskCommand.Finish(fence, usage, step.Amount, Ending(step)),
            Verb.Defer => new TaskCommand.Defer(
                fence, TaskOutcome.Failed, EndReason.Overloaded, usage, step.Amount, at.AddTicks((step.Amount * 1000) + 7), "a quota window")
            {
                Detail = step.Dice % 2 == 0 ? "overloaded twice" : null,
                Recovery = step.Dice % 3 == 0 ? null : new RecoveryState(task.Recovery.Retries + 1, step.Dice % 4, Next(step)),
                Budget = step.Dice == 4 ? Limits(step) : null,
            },
            Verb.Pause => new TaskCommand.Pause(
                fence, TaskOutcome.BudgetExhausted, EndReason.Tokens, usage, step.Amount, "more tokens?",
                task.Recovery with { Next = Next(step) with { Spent = step.Dice % 2 == 0 ? EndReason.Tokens : EndReason.Deadline } })
            {
                Detail = "the budget is spent",
                Result = step.Dice % 3 == 0 ? null : TaskResult.Partial,
                ResultPath = step.Dice % 3 == 0 ? null : "/home/user/project/out.md",
            },
            Verb.LetEnd => new TaskCommand.LetEnd("user"),
            Verb.Land => new TaskCommand.Land((LandingStep)(step.Dice % 3), EndReason.Tokens, step.Amount, step.Amount + 1),
            Verb.ChangeBudget => new TaskCommand.ChangeBudget(step.Dice < 3 ? task.Spec.Budget : Limits(step), "user"),
            Verb.Postpone => new TaskCommand.Postpone(step.Dice < 5 ? null : at.AddTicks((step.Amount * 1000) + 3), (WaitKind)(step.Dice % 6), "day budget: 10 tokens left"),
            Verb.Skip => new TaskCommand.Skip("task 9f86d0 failed"),
            Verb.NoteSuccessor => new TaskCommand.NoteSuccessor(TaskId.Parse($"1763876543-9f86d081884{step.Dice % 10}")),
            Verb.NoteMend => new TaskCommand.NoteMend(Findings(step)),
            Verb.NoteVerified => new TaskCommand.NoteVerified("user", (Verification)(step.Dice % 3), Findings(step)),
            Verb.NoteIntegrated => new TaskCommand.NoteIntegrated("user", Record(step)),
            Verb.NoteUnintegrated => new TaskCommand.NoteUnintegrated("notes.md is a directory"),
            Verb.NoteUndone => new TaskCommand.NoteUndone("user", step.Dice),
            Verb.Acknowledge => new TaskCommand.Acknowledge("user"),
            Verb.UseResult => new TaskCommand.UseResult("user", "/home/user/project/out.md"),
            Verb.Reopen => new TaskCommand.Reopen("user")
            {
                Next = step.Dice % 3 == 0 ? null : Next(step),
                Budget = step.Dice == 5 ? Limits(step) : null,
                DueAt = step.Dice == 6 ? at.AddTicks((step.Amount * 1000) + 5) : null,
            },
            _ => throw new InvalidOperationException(),
        };
    }

    private static ImmutableArray<Finding> Findings(Step step) =>
    [
        new("missing_section", "the section \"Sources\" is missing", null, FindingSeverity.Error),
        .. step.Dice % 2 == 0 ? [new Finding("dangling_path", "src/naïve.cs does not exist", step.Dice + 1, FindingSeverity.Warning)] : Array.Empty<Finding>(),
    ];

    private static IntegrationRecord Record(Step step) => new()
    {
        Number = step.Dice + 1,
        Mode = (IntegrationMode)(1 + (step.Dice % 4)),
        Target = "/home/user/project/notes – all.md",
        ShaBefore = step.Dice % 2 == 0 ? "ab12" : null,
        ShaAfter = "cd34",
        ResultSha = "ef56",
        Backup = step.Dice % 2 == 0 ? "/home/user/.awoc/background/tasks/1/integrations/1.before" : null,
        Quality = new IntegrationQuality { TargetLines = step.Dice, TargetLinesKept = step.Dice, DuplicatesAvoided = 2, DanglingLinks = step.Dice % 3 },
    };

    private static NextAttempt Next(Step step) => new((NextMode)(step.Dice % 3), "the API was overloaded — naïvely \"put\"");

    private static Budget Limits(Step step) => new(step.Amount + 1, 600 + step.Dice)
    {
        InputTokens = step.Dice % 2 == 0 ? step.Amount * 10 : null,
        CostUsd = step.Dice % 3 == 0 ? 0.123456m * step.Dice : null,
        Turns = step.Dice,
        StallSeconds = step.Dice % 4 == 0 ? null : 60,
    };

    private static TaskEnding Ending(Step step) => step.Dice switch
    {
        < 4 => new TaskEnding
        {
            Outcome = TaskOutcome.Succeeded,
            Result = TaskResult.Complete,
            Verification = Verification.Passed,
            ResultPath = "/home/user/project/out.md",
            Delivered = true,
            Summary = "all done\nwith \"quotes\" and ünïcode",
            TargetShaAfter = "ab12",
        },
        < 6 => new TaskEnding { Outcome = TaskOutcome.BudgetExhausted, Reason = EndReason.Tokens, Result = TaskResult.Partial },
        < 7 => new TaskEnding { Outcome = TaskOutcome.Canceled, Reason = EndReason.User },
        _ => new TaskEnding { Outcome = TaskOutcome.Failed, Reason = EndReason.AgentCrashed, Detail = "exit 139" },
    };

    public enum Verb
    {
        Enqueue,
        Dispatch,
        Adopt,
        Cancel,
        AskInput,
        GiveInput,
        ReportLimit,
        Land,
        ChangeBudget,
        Postpone,
        Skip,
        NoteSuccessor,
        Finish,
        Defer,
        Pause,
        LetEnd,
        NoteMend,
        NoteVerified,
        NoteIntegrated,
        NoteUnintegrated,
        NoteUndone,
        Acknowledge,
        UseResult,
        Reopen,
    }

    /// <param name="Dice">0 to 9: which variant.</param>
    /// <param name="Amount">Tokens, milliseconds.</param>
    public readonly record struct Step(Verb Verb, int Dice, long Amount);
}
