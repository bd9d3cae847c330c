using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Core.Tasks;
using Awoc.Prompts;

namespace Awoc.Runners.Tests.Running;

/// <summary>A home, a working directory and an attempt's directory of a test's own.</summary>
internal sealed class Workplace : IDisposable
{
    public Workplace()
    {
        Root = Directory.CreateTempSubdirectory("awoc-run-").FullName;
        foreach (var directory in new[] { Home, Cwd, Attempt, Path.GetDirectoryName(Staging)! }) Directory.CreateDirectory(directory);
    }

    public string Root { get; }
    public string Home => Path.Combine(Root, "home");
    public string Cwd => Path.Combine(Root, "work");
    public string Attempt => Path.Combine(Home, ".awoc/background/tasks/t/attempts/1");

    /// <summary>Outside the working directory, as in real life.</summary>
    public string Staging => Path.Combine(Attempt, "staging/report.md");

    public Dictionary<string, string> Caller(params (string Name, string Value)[] more)
    {
        var caller = new Dictionary<string, string>
        {
            ["HOME"] = Home,
            ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin",
            ["LANG"] = "C.UTF-8",
        };
        foreach (var (name, value) in more) caller[name] = value;
        return caller;
    }

    public AttemptContext Context(AgentAvailability availability, string model, string description = "Look around") => Context(availability, new TaskSpec
    {
        Type = "research",
        Description = description,
        Agent = "any",
        Model = model,
        Budget = new Budget(50_000, 600),
        Cwd = Cwd,
        Rehearsal = true,
    });

    public AttemptContext Context(AgentAvailability availability, TaskSpec spec) => new()
    {
        Task = s_task,
        Attempt = 1,
        Spec = spec,
        Prompt = TaskPrompt.Build(spec, s_task, Staging, AgentTools.Default),
        Directory = Attempt,
        StagingPath = Staging,
        Session = Guid.NewGuid().ToString(),
        Availability = availability,
        GatewayToken = "attempt-token",
        TokensLeft = spec.Budget.Tokens,
        Settings = new Dictionary<string, string>(),
    };

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private static readonly TaskId s_task = TaskId.Parse("1763876543-9f86d081884c");
}
