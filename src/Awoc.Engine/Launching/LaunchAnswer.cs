using Awoc.Core.Agents;
using Awoc.Core.Tasks;

namespace Awoc.Engine.Launching;

public abstract record LaunchAnswer
{
    private LaunchAnswer()
    {
    }

    internal static LaunchAnswer Of(SpecAnswer refused) => refused switch
    {
        SpecAnswer.Faulty(var faults) => new Invalid(faults),
        SpecAnswer.NoAgent(var why, var missing) => new Unavailable(why, missing),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <param name="Tasks">In the order in which they were asked for.</param>
    public sealed record Launched(IReadOnlyList<AgentTask> Tasks, IReadOnlyList<string> Notices) : LaunchAnswer;

    /// <summary>The same launch came before, under the same idempotency key.</summary>
    public sealed record Repeated(IReadOnlyList<AgentTask> Tasks) : LaunchAnswer;

    public sealed record Previewed(TaskSpec Spec, LaunchPlan Plan, string Prompt, BudgetExactness Exactness) : LaunchAnswer
    {
        public IReadOnlyList<string> Notices { get; init; } = [];

        /// <summary>What would stand at the head of its requests, the same for others; null for nothing.</summary>
        public string? Shared { get; init; }

        public PastUse Past { get; init; } = PastUse.None;
    }

    public sealed record Invalid(IReadOnlyList<SpecFault> Faults) : LaunchAnswer;

    public sealed record Conflict(string Why) : LaunchAnswer
    {
        public static Conflict KeyReused { get; } = new("the idempotency key belongs to a different launch: use a new one");
    }

    /// <summary>A shared budget has no room, and the settings let no task wait for it.</summary>
    public sealed record Short(string Why) : LaunchAnswer;

    /// <summary>No agent can run.</summary>
    /// <param name="Missing">What each of them lacks.</param>
    public sealed record Unavailable(string Why, IReadOnlyList<string> Missing) : LaunchAnswer;
}
