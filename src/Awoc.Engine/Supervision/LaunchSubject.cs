using Awoc.Core.Agents;
using Awoc.Core.Tasks;
using Awoc.Engine.Settings;
using Awoc.Engine.Verifying;

namespace Awoc.Engine.Supervision;

/// <summary>What is to be started: an attempt of a task, or a spare that is like one.</summary>
internal sealed record LaunchSubject
{
    public required TaskId Task { get; init; }
    public required int Attempt { get; init; }
    public required TaskSpec Spec { get; init; }
    public required IRunner Runner { get; init; }
    public required AgentAvailability Availability { get; init; }

    /// <summary>The launching shell's, by name.</summary>
    public required IReadOnlyDictionary<string, string> Secrets { get; init; }

    public required long TokensLeft { get; init; }
    public string Prompt { get; init; } = "";
    public required string Directory { get; init; }
    public required string StagingPath { get; init; }
    public string? Resume { get; init; }

    /// <summary>What stands at the head of its requests; null for nothing.</summary>
    public SharedContext? Shared { get; init; }

    /// <summary>It has a task: one that has none is a spare.</summary>
    public bool HasTask { get; init; } = true;

    public AttemptContext Context(AwocSettings settings, string token, string session) => new()
    {
        Task = Task,
        Attempt = Attempt,
        Spec = Spec,
        Prompt = Prompt,
        Directory = Directory,
        StagingPath = StagingPath,
        Session = session,
        Resume = Resume,
        Shared = Shared,
        Availability = Availability,
        GatewayToken = token,
        TokensLeft = TokensLeft,
        Schema = NativeSchema.Of(Spec),
        Settings = settings.ForAgent(Runner.Name),
    };

    /// <summary>A record prints its members: secrets are to stay out of every log.</summary>
    public override string ToString() => $"{Runner.Name} in {Spec.Cwd}";
}
