using Awoc.Core.Agents;
using Awoc.Core.Tasks;
using Awoc.Runners.Credentials;

namespace Awoc.Runners.Builtin;

/// <summary>AWOC's own agent: <c>awoc-agent</c>, one process for each attempt, no other program needed.</summary>
public sealed class BuiltinRunner : IRunner
{
    private readonly KeyCommand _keyCommand = new(TimeProvider.System);

    public string Name => "builtin";

    public RunnerTraits Traits { get; } = new(BudgetExactness.Exact, UsesModel: true, CanResume: true, FootprintMb: 75);

    public AgentAvailability Probe(AgentEnvironment environment) => BuiltinProbe.Look(environment, _keyCommand);

    public IEnumerable<SpecFault> Validate(TaskSpec spec) => ModelNames.Validate(spec, [.. BuiltinModels.Aliases]);

    public string? ModelAsked(TaskSpec spec) => BuiltinModels.Resolve(spec).Model;

    public string? HeadOf(AttemptHead attempt) => BuiltinLaunch.HeadOf(attempt);

    public LaunchPlan Plan(AttemptContext context) => BuiltinLaunch.Plan(context);

    public bool HasSession(string session, string attemptDirectory, IReadOnlyDictionary<string, string> variables) =>
        File.Exists(Path.Combine(attemptDirectory, $"session-{Path.GetFileName(session)}.json"));

    public IAgentVoice? Voice { get; } = new BuiltinVoice();

    public IAgentStream OpenStream() => new BuiltinStream();

    public AttemptVerdict Judge(AttemptEvidence evidence) => BuiltinVerdict.Of(evidence);
}
