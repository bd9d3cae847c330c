using Awoc.Core.Agents;
using Awoc.Core.Tasks;
using Awoc.Runners.Credentials;

namespace Awoc.Runners.Claude;

/// <summary>The Claude Code CLI, in stream-json both ways.</summary>
public sealed class ClaudeRunner : IRunner
{
    private readonly KeyCommand _keyCommand = new(TimeProvider.System);

    public string Name => "claude";

    public RunnerTraits Traits { get; } = new(BudgetExactness.Exact, UsesModel: true, CanResume: true, FootprintMb: 230);

    public AgentAvailability Probe(AgentEnvironment environment) => ClaudeProbe.Look(environment, _keyCommand);

    public IEnumerable<SpecFault> Validate(TaskSpec spec) => ModelNames.Validate(spec, ClaudeModels.Aliases);

    public string? ModelAsked(TaskSpec spec) => ClaudeModels.Asked(spec);

    public string? HeadOf(AttemptHead attempt) => ClaudeLaunch.HeadOf(attempt);

    public LaunchPlan Plan(AttemptContext context) => ClaudeLaunch.Plan(context);

    public WarmUp? WarmUp(AttemptContext context) => ClaudeWarmUp.Of(context);

    public bool HasSession(string session, string attemptDirectory, IReadOnlyDictionary<string, string> variables) =>
        ClaudeTranscripts.Has(session, variables);

    public IAgentVoice? Voice { get; } = new ClaudeVoice();

    public IAgentStream OpenStream() => new ClaudeStream();

    public AttemptVerdict Judge(AttemptEvidence evidence) => ClaudeVerdict.Of(evidence);
}
