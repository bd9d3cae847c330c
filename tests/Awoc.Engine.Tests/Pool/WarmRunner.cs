using Awoc.Core.Agents;
using Awoc.Core.Tasks;

namespace Awoc.Engine.Tests.Pool;

/// <summary>An agent of a few lines of shell that can be warm: it says that it is ready, and does nothing more.</summary>
internal sealed class WarmRunner : IRunner
{
    public string Name => "warm";

    public RunnerTraits Traits { get; } = new(BudgetExactness.Live, UsesModel: true, CanResume: false, FootprintMb: 1);

    public IAgentVoice? Voice => null;

    /// <summary>What looking at its files throws.</summary>
    public Exception? Broken { get; set; }

    public AgentAvailability Probe(AgentEnvironment environment) =>
        new("/bin/sh", "a key", new ModelUpstream(new Uri("http://127.0.0.1:9"), UpstreamAuth.ApiKey, "k"), [], null);

    public IEnumerable<SpecFault> Validate(TaskSpec spec) => [];

    public LaunchPlan Plan(AttemptContext context) => new()
    {
        Argv = ["/bin/sh", "-c", "read line; echo \"$line\"; while read line; do :; done"],
        Environment = new Dictionary<string, string?>(),
        KeepStdin = true,
    };

    public WarmUp? WarmUp(AttemptContext context) =>
        Broken is { } broken ? throw broken : new WarmUp { Lines = ["ready"], IsReady = line => line == "ready", Bind = _ => [] };

    public IAgentStream OpenStream() => new SilentStream();

    public AttemptVerdict Judge(AttemptEvidence evidence) => AttemptVerdict.Success;

    private sealed class SilentStream : IAgentStream
    {
        public IEnumerable<AgentEvent> Read(ReadOnlyMemory<byte> line) => [];
    }
}
