namespace Awoc.EndToEnd.Endings;

/// <summary>One way to end: how it is brought about, and what AWOC is to say of it.</summary>
/// <param name="Way">For the table: what happens.</param>
/// <param name="Result">Of the task: <c>none</c>, <c>partial</c> or <c>complete</c>.</param>
internal sealed record EndingRow(string Agent, string Way, string Outcome, string? Reason, string Result)
{
    /// <summary>The steps of a rehearsal scenario, as YAML; null where <see cref="Upstream"/> is set or no model is called.</summary>
    public string? Steps { get; init; }

    /// <summary>A built-in scenario with its parameters, in place of <see cref="Steps"/>.</summary>
    public string? Scenario { get; init; }

    /// <summary>The scenario is chosen by a mark in the prompt, so that a sub-agent, which has another prompt, may follow another.</summary>
    public bool ByPrompt { get; init; }

    /// <summary>The model API's address, where it is no rehearsal server.</summary>
    public Func<EndingBench, string>? Upstream { get; init; }

    /// <summary>A bash script that stands for the agent's program; the real Claude Code is <c>$CLAUDE</c>, its arguments <c>"$@"</c>.</summary>
    public string? Program { get; init; }

    /// <summary>What is run, for the agent <c>command</c>; else a description.</summary>
    public string Work { get; init; } = "the project";

    /// <summary>The task's type: one without a contract, unless it is the contract that matters.</summary>
    public string Type { get; init; } = "custom";

    public string Model { get; init; } = "sonnet";
    public string? Output { get; init; } = "r.md";
    public string[] Flags { get; init; } = [];
    public (string Name, string? Value)[] Environment { get; init; } = [];

    /// <summary>What is done to the task while it runs.</summary>
    public Func<RunningRow, Task>? Meanwhile { get; init; }

    /// <summary>What its detail has to say.</summary>
    public string[] Says { get; init; } = [];

    /// <summary>For the table, where the observed evidence differs from run to run.</summary>
    public string? Evidence { get; init; }
}

/// <summary>A row's task under way.</summary>
internal sealed record RunningRow(EndingBench Bench, string Id, string Folder)
{
    /// <summary>The attempt's directory.</summary>
    public string Attempt => Path.Combine(Bench.Awoc.TaskFolder(Id), "attempts", "1");
}

/// <summary>How a row ended.</summary>
internal sealed record ObservedRow(EndingRow Row, string Outcome, string? Reason, string Result, string? Detail, string Evidence, string Diagnosis);
