using Awoc.Cli.Verbs;

namespace Awoc.Cli.CommandLine;

/// <summary>Every verb there is.</summary>
internal static class VerbTable
{
    public static IReadOnlyList<Verb> All { get; } =
    [
        new(RunVerb.Name, "Launch a background task and print its id", RunVerb.Build) { Aliases = ["background-task"] },
        new("status", "Show tasks, or one task in detail", StatusVerb.Build) { Aliases = ["background-status"] },
        new("output", "Print what a task produced", OutputVerb.Build) { Aliases = ["background-output"] },
        new("logs", "Print a task's log, or follow it", LogsVerb.Build) { Aliases = ["background-logs"] },
        new("integrate", "Bring a result into a file, and take it out again", IntegrateVerb.Build) { Aliases = ["integrate-background"] },
        new("inbox", "Show what ended and nobody has read", InboxVerb.Build),
        new("batch", "Launch the tasks of a file, all or none", BatchVerb.Build),
        new("wait", "Wait until tasks have ended", WaitVerb.Build),
        new("cancel", "End tasks", CancelVerb.Build),
        new("alerts", "Show what needs you", AlertsVerb.Build),
        new("answer", "Answer a task that waits for you", AnswerVerb.Build),
        new("topup", "Raise the budget of a task", TopUpVerb.Build),
        new("retry", "Let an ended task go on, with a fresh budget", RetryVerb.Build),
        new("recover", "Use, resume or reduce a task that ended early", RecoverVerb.Build),
        new("verify", "Check a result, or a file, against its contract", VerifyVerb.Build),
        new("quota", "Show the limits of model APIs, and what waits for them", QuotaVerb.Build),
        new("metrics", "Show success, integration quality, parallelism and token use", MetricsVerb.Build),
        new("queue", "Show queues, pause and resume them, limit what runs at once", QueueVerb.Build),
        new("workflow", "Run files of tasks that wait for one another", WorkflowVerb.Build),
        new("pool", "Keep agents warm, and see what that costs", PoolVerb.Build),
        new("types", "Show task types, and write your own", TypesVerb.Build),
        new("cache", "Prepare what tasks share, and write it to the provider's cache", CacheVerb.Build),
        new("daemon", "Start, stop and look at the daemon", DaemonVerb.Build),
        new("doctor", "Find out what stands in the way", DoctorVerb.Build),
        new(RehearseVerb.Name, "Run the rehearsal model server by itself", Build: null),
        new("config", "Show and change settings", ConfigVerb.Build),
    ];

    public static Verb? Find(string name) => All.FirstOrDefault(v => v.Answers(name));
}
