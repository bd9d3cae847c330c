using Awoc.Core.Agents;
using Awoc.Core.Recovery;
using Awoc.Core.Tasks;
using Awoc.Engine.Endings;
using Awoc.Engine.Homes;
using Awoc.Engine.Launching;
using Awoc.Engine.Supervision;
using Awoc.Prompts;
using Awoc.Prompts.Catalog;

namespace Awoc.Engine.Recovery;

/// <summary>What earlier attempts left for the one that is about to start: a session to resume, a file to complete, words to go on from.</summary>
/// <param name="Session">To be resumed; null begins a fresh one.</param>
public sealed record EarlierWork(string? Session)
{
    /// <summary>Characters of a partial result that are read; the prompt quotes fewer.</summary>
    private const int LongestPartial = 256 * 1024;

    /// <summary>Lines of an agent's stream in which its session is looked for, where the store does not have it.</summary>
    private const int SessionLines = 200;

    private const int ShownSteps = 3;

    private static EarlierWork Nothing { get; } = new((string?)null);

    private NextAttempt? Next { get; init; }
    private string? StagedBefore { get; init; }
    private bool IsStaged { get; init; }
    private string? PartialPath { get; init; }
    private string PartialText { get; init; } = "";
    private IReadOnlyList<LastStep> LastSteps { get; init; } = [];

    /// <summary>Finds it, and copies a file that an earlier attempt began to where this one is to write.</summary>
    public static async Task<EarlierWork> TakeUpAsync(EnginePorts ports, AgentTask task, IRunner runner, CancellationToken cancellation)
    {
        if (task.Recovery.Next is not { Mode: not NextMode.Restart } next || task.Attempt < 2 || !runner.Traits.UsesModel) return Nothing;
        var folder = ports.Paths.Task(task.Id);
        var output = task.Spec.Output;
        var staging = folder.Attempt(task.Attempt).Staging(output);
        var staged = Numbers(task).Select(n => folder.Attempt(n).Staging(output)).FirstOrDefault(path => new FileInfo(path) is { Exists: true, Length: > 0 });
        if (staged is not null) File.Copy(staged, staging, overwrite: true);
        var partial = staged is not null ? staging : Partial(folder, task);
        return new EarlierWork(next.Mode == NextMode.Resume ? await SessionAsync(ports, task, runner, cancellation) : null)
        {
            Next = next,
            StagedBefore = staged ?? folder.Attempt(task.Attempt - 1).Staging(output),
            IsStaged = staged is not null,
            PartialPath = partial,
            PartialText = partial is null ? "" : Read(partial),
            LastSteps = StepsIn(folder.Attempt(task.Attempt - 1), runner),
        };
    }

    /// <summary>What the attempt is told.</summary>
    /// <param name="staging">Where it is to write.</param>
    /// <param name="produced">Texts of other tasks that the description refers to.</param>
    /// <param name="shared">What stands in the system prompt; null for nothing.</param>
    public string Prompt(AgentTask task, string staging, IReadOnlyList<InlineFile> produced, SharedMention? shared = null)
    {
        var tokens = Math.Max(0, task.Budget.Tokens - task.Usage.Output);
        var seconds = Math.Max(1, task.Budget.TimeoutSeconds - (task.RunMs / 1000));
        var whole = new Lazy<string>(() => TaskPrompt.Build(
            task.Spec, task.Id, staging, AgentTools.Default, PromptLimits.Of(task), [.. ContextFiles.Beside(task.Spec, shared), .. produced], shared));
        if (Next is null) return whole.Value;
        var earlier = new EarlierAttempts
        {
            Why = Next.Why,
            TokensLeft = tokens,
            SecondsLeft = seconds,
            StagingPath = staging,
            EarlierStagingPath = StagedBefore,
            IsStaged = IsStaged,
            PartialPath = PartialPath,
            PartialText = PartialText,
            LastSteps = LastSteps,
        };
        if (Session is not null) return RecoveryPrompt.Resume(earlier);
        return Next.Mode == NextMode.Reduce
            ? RecoveryPrompt.Reduce(whole.Value, earlier, TaskTypeCatalog.Of(task.Spec).Method)
            : RecoveryPrompt.Fresh(whole.Value, earlier);
    }

    private static IEnumerable<int> Numbers(AgentTask task) => Enumerable.Range(1, task.Attempt - 1).Reverse();

    private static string? Partial(TaskFolder folder, AgentTask task)
    {
        if (task.ResultPath is { } kept && new FileInfo(kept) is { Exists: true, Length: > 0 } && task.Result != TaskResult.None) return kept;
        return new FileInfo(folder.PartialResults) is { Exists: true, Length: > 0 } ? folder.PartialResults : null;
    }

    private static string Read(string path)
    {
        using var reader = new StreamReader(path);
        var buffer = new char[LongestPartial];
        var read = reader.ReadBlock(buffer);
        return new string(buffer, 0, read);
    }

    /// <summary>The newest session that is still there.</summary>
    private static async Task<string?> SessionAsync(EnginePorts ports, AgentTask task, IRunner runner, CancellationToken cancellation)
    {
        if (!runner.Traits.CanResume) return null;
        var recorded = (await ports.Book.Store.AttemptsAsync(task.Id, cancellation)).ToDictionary(a => a.Number, a => a.Session);
        foreach (var number in Numbers(task))
        {
            var attempt = ports.Paths.Task(task.Id).Attempt(number);
            // The store learns it some time after the agent has said it, and not at all where no daemon was there to listen.
            var session = recorded.GetValueOrDefault(number) ?? SessionIn(attempt, runner);
            if (session is { Length: > 0 } && runner.HasSession(session, attempt.Path, task.Spec.Environment)) return session;
        }

        return null;
    }

    /// <summary>From the end of the stream, whose beginning may be gigabytes away.</summary>
    private static List<LastStep> StepsIn(AttemptFolder attempt, IRunner runner)
    {
        if (!File.Exists(attempt.Events)) return [];
        using var file = new FileStream(attempt.Events, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Position = Math.Max(0, file.Length - LongestPartial);
        using var reader = new StreamReader(file);
        var stream = runner.OpenStream();
        var calls = new List<AgentEvent.ToolCall>();
        var results = new Dictionary<string, bool>();
        while (reader.ReadLine() is { } line)
        {
            // The first line may be the end of one: it reads as unknown.
            foreach (var e in stream.Read(System.Text.Encoding.UTF8.GetBytes(line)))
            {
                if (e is AgentEvent.ToolCall { SubAgent: false } call) calls.Add(call);
                else if (e is AgentEvent.ToolResult result) results[result.Id] = result.IsError;
            }
        }

        return [.. calls.TakeLast(ShownSteps).Select(c => new LastStep(c.Name, c.Input, results.TryGetValue(c.Id, out var failed) ? failed : null))];
    }

    private static string? SessionIn(AttemptFolder attempt, IRunner runner)
    {
        if (!File.Exists(attempt.Events)) return null;
        var stream = runner.OpenStream();
        return File.ReadLines(attempt.Events).Take(SessionLines)
            .SelectMany(line => stream.Read(System.Text.Encoding.UTF8.GetBytes(line)))
            .OfType<AgentEvent.Session>().LastOrDefault()?.Id;
    }
}
