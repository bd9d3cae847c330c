using Awoc.Core.Budgets;
using Awoc.Core.Tasks;

namespace Awoc.Core.Agents;

/// <summary>
/// Our adapter for one kind of agent: what to start, how to read its stream, and what its end means. Without state of a task; the engine
/// acts on what a runner says of itself, never on its name.
/// </summary>
public interface IRunner
{
    /// <summary>What <c>--agent</c> takes.</summary>
    string Name { get; }

    RunnerTraits Traits { get; }

    /// <summary>
    /// Whether this agent can be run in that environment, and what is missing if not. Starts no agent; may wait seconds for
    /// the user's own command that gives a credential, whose answer is kept for a minute.
    /// </summary>
    AgentAvailability Probe(AgentEnvironment environment);

    /// <summary>Faults in a spec that only this agent has (a model name it cannot take, say). Empty when all is well.</summary>
    IEnumerable<SpecFault> Validate(TaskSpec spec);

    /// <summary>The name by which the model API will be asked for the task's model; null where the agent alone knows.</summary>
    string? ModelAsked(TaskSpec spec) => null;

    /// <summary>
    /// What the head of its requests depends on beside the shared context, the model's name and the credential: attempts with the same one
    /// send the same tools and the same system prompt. Null for an agent that cannot put a shared context there.
    /// </summary>
    string? HeadOf(AttemptHead attempt) => null;

    /// <summary>The exact launch of one attempt.</summary>
    LaunchPlan Plan(AttemptContext context);

    /// <summary>
    /// How this launch could be made ahead of its task; null for one that cannot. Looks at files; starts nothing. Called with a prompt, a
    /// directory and ids that stand for no task as well.
    /// </summary>
    WarmUp? WarmUp(AttemptContext context) => null;

    /// <summary>What can be said to a running agent on its standard input; null for one that takes nothing there.</summary>
    IAgentVoice? Voice { get; }

    /// <summary>Whether the record of a session is still there to be resumed. Looks at files; starts no agent.</summary>
    /// <param name="attemptDirectory">Of the attempt that had the session, absolute.</param>
    /// <param name="variables">The environment in which it ran and is to run again.</param>
    bool HasSession(string session, string attemptDirectory, IReadOnlyDictionary<string, string> variables) => false;

    /// <summary>A reader for one attempt's standard output. It sees each complete line once, in order.</summary>
    IAgentStream OpenStream();

    /// <summary>
    /// What the agent's own end says, from all the evidence. Called only where neither the user nor a limit ended the
    /// attempt; that the output is there is checked afterwards by the engine.
    /// </summary>
    AttemptVerdict Judge(AttemptEvidence evidence);
}

/// <summary>
/// The lines that a running agent takes on standard input, where its plan keeps that open. A turn ends with
/// <see cref="AgentEvent.End"/>; the process stays for the next message until its input is closed.
/// </summary>
public interface IAgentVoice
{
    /// <summary>The request id or marker that stands in every line of <see cref="Report"/>: a new daemon knows by it what was said.</summary>
    const string ReportMark = "awoc-report";

    /// <summary>Ends the turn under way; the process and its session stay.</summary>
    string Interrupt { get; }

    /// <summary>A message to the agent, which begins a turn when none is under way.</summary>
    IReadOnlyList<string> Say(string message);

    /// <summary>As <see cref="Say"/>, for the last turn: without thinking and without tools, as far as the agent can be told.</summary>
    IReadOnlyList<string> Report(string message);

    /// <summary>Whether a line of <see cref="Say"/> or <see cref="Report"/> is the one that begins the turn: what was said before a daemon's death is known by it.</summary>
    bool BeginsTurn(string line);

    /// <summary>The agent can be made to ask for leave before it calls a tool.</summary>
    bool Asks => false;

    /// <summary>The answer to a question.</summary>
    /// <param name="message">For a denial, why; the agent reads it.</param>
    string Answer(AgentEvent.Question question, bool allow, string? message) => throw new NotSupportedException("this agent asks nothing");

    /// <summary>The id of the question that a line of <see cref="Answer"/> answers; null for any other line.</summary>
    string? Answered(string line) => null;
}

public interface IAgentStream
{
    /// <summary>
    /// The events in one line (without its newline; the last one may be cut off). Never throws: what is not understood is
    /// <see cref="AgentEvent.Unknown"/>.
    /// </summary>
    IEnumerable<AgentEvent> Read(ReadOnlyMemory<byte> line);
}

/// <param name="Exactness">How exactly the token budget holds with this agent.</param>
/// <param name="UsesModel">It calls a model through the gateway; tokens and a model name mean something to it.</param>
/// <param name="CanResume">A later attempt can go on with the session of an earlier one.</param>
/// <param name="FootprintMb">Resident memory of one running agent, in MB, for the default concurrency limit.</param>
public sealed record RunnerTraits(BudgetExactness Exactness, bool UsesModel, bool CanResume, int FootprintMb);

public enum BudgetExactness
{
    None,
    Exact,
    Live,
    PerTurn,
    Estimate,
}

/// <summary>Where an agent would run: the caller's variables (secrets among them) and the configuration.</summary>
/// <param name="Variables">The caller's whole environment, secrets included; never stored.</param>
/// <param name="Rehearsal">Model calls would be answered by the rehearsal server: no credential is needed.</param>
/// <param name="Settings">The configuration's settings for this agent, such as <c>path</c>.</param>
public sealed record AgentEnvironment(
    IReadOnlyDictionary<string, string> Variables, bool Rehearsal, IReadOnlyDictionary<string, string> Settings)
{
    /// <summary>Nothing is to be launched: a command that gives a credential is named and not run, and the upstream has no secret then.</summary>
    public bool LooksOnly { get; init; }
}

/// <param name="Executable">Absolute path of the program; null when it is not installed.</param>
/// <param name="Credential">Where a model credential was found, in words for a person; null when there is none.</param>
/// <param name="Upstream">Where its model calls go; null when there is no credential or no model.</param>
/// <param name="RequiredSecrets">Variables that hold the credential and nothing else does: lost with the daemon's memory.</param>
/// <param name="Missing">What is missing and how to mend it; null when the agent can run.</param>
public sealed record AgentAvailability(
    string? Executable, string? Credential, ModelUpstream? Upstream, IReadOnlyList<string> RequiredSecrets, string? Missing)
{
    public bool CanRun => Missing is null;
}

/// <summary>A model API and the credential for it. Lives in memory only.</summary>
/// <param name="BaseUrl">The user's own base URL, or the provider's.</param>
/// <param name="Auth">How a request is authorized.</param>
/// <param name="Secret">The key or bearer token; null for <see cref="UpstreamAuth.PassThrough"/>.</param>
public sealed record ModelUpstream(Uri BaseUrl, UpstreamAuth Auth, string? Secret)
{
    /// <summary>The launching shell's own proxy on the way there; null for none.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>A record prints its members: the secret is to stay out of every log.</summary>
    public override string ToString() => $"{BaseUrl} ({Auth})";
}

public enum UpstreamAuth
{
    /// <summary><c>x-api-key</c></summary>
    ApiKey,

    /// <summary><c>authorization: Bearer</c></summary>
    Bearer,

    /// <summary>The agent's own authorization (a subscription login) is forwarded as it is.</summary>
    PassThrough,
}

/// <summary>What the head of an attempt's requests is made from.</summary>
/// <param name="TokensLeft">Output tokens left in the budget.</param>
/// <param name="Schema">As in <see cref="AttemptContext"/>.</param>
/// <param name="Settings">The configuration's settings for this agent.</param>
public sealed record AttemptHead(TaskSpec Spec, long TokensLeft, string? Schema, IReadOnlyDictionary<string, string> Settings);

/// <summary>All that one attempt's launch is made from.</summary>
public sealed record AttemptContext
{
    public required TaskId Task { get; init; }
    public required int Attempt { get; init; }
    public required TaskSpec Spec { get; init; }
    public required string Prompt { get; init; }

    /// <summary>The attempt's own directory, absolute.</summary>
    public required string Directory { get; init; }

    /// <summary>Absolute path where the agent is to write its output; delivery takes it from there.</summary>
    public required string StagingPath { get; init; }

    /// <summary>A fresh UUID for the agent's session.</summary>
    public required string Session { get; init; }

    /// <summary>The session of an earlier attempt that is to be resumed.</summary>
    public string? Resume { get; init; }

    public required AgentAvailability Availability { get; init; }

    /// <summary>The attempt's own gateway token: the only model credential the agent ever sees.</summary>
    public required string GatewayToken { get; init; }

    /// <summary>Output tokens left in the budget, the report's share among them.</summary>
    public required long TokensLeft { get; init; }

    /// <summary>The JSON Schema of an object, for an agent that takes one natively; null for none.</summary>
    public string? Schema { get; init; }

    /// <summary>The configuration's settings for this agent.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>What stands at the head of its requests, the same for others too; null for nothing.</summary>
    public SharedContext? Shared { get; init; }

    /// <summary>The base URL of the shim's listener. The shim puts the port in when it knows it.</summary>
    public const string GatewayUrl = "http://127.0.0.1:{relayPort}";
}

/// <summary>What the shim is to start.</summary>
public sealed record LaunchPlan
{
    public required IReadOnlyList<string> Argv { get; init; }

    /// <summary>Variables on top of the caller's; a null value takes one away.</summary>
    public required IReadOnlyDictionary<string, string?> Environment { get; init; }

    /// <summary>
    /// Variables that must not be written to disk (the attempt's token). They reach the agent through the shim's memory.
    /// </summary>
    public IReadOnlyDictionary<string, string> SecretEnvironment { get; init; } = new Dictionary<string, string>();

    /// <summary>Bytes for standard input, sent before anything else.</summary>
    public string StdinFirst { get; init; } = "";

    /// <summary>Standard input stays open until the agent's end event: a conversation rather than a file.</summary>
    public bool KeepStdin { get; init; }

    /// <summary>The line on standard input that asks the agent to stop what it does and end; null where there is none.</summary>
    public string? InterruptLine { get; init; }

    /// <summary>Caller's secrets (by name) this agent must not get: real model keys, which the gateway adds.</summary>
    public IReadOnlyList<string> WithheldSecrets { get; init; } = [];

    /// <summary>Standard output is a stream of events to be parsed and kept from listings, not text for people.</summary>
    public bool StructuredOutput { get; init; } = true;
}

/// <summary>All that is known about an attempt's end.</summary>
public sealed record AttemptEvidence
{
    public int? ExitCode { get; init; }
    public int? Signal { get; init; }

    /// <summary>The agent's last end event; null when its stream has none.</summary>
    public AgentEvent.End? End { get; init; }

    /// <summary>The class of the last failed model call, as the agent named it (<c>rate_limit</c>, <c>overloaded</c>…).</summary>
    public string? ErrorClass { get; init; }

    /// <summary>The result is held against the schema by AWOC itself: a structured output that is missing is then no verdict.</summary>
    public bool SchemaChecked { get; init; }

    /// <summary>Everything the agent's main thread said after its last tool result.</summary>
    public string FinalText { get; init; } = "";

    public string StderrTail { get; init; } = "";

    /// <summary>The tool whose call a limit cut and no later call made good; null when none was.</summary>
    public string? CutCall { get; init; }

    /// <summary>What a sub-agent's model call failed with, where no later sub-agent made it good.</summary>
    public string? SubAgentError { get; init; }

    /// <summary>The last word on the account's usage window.</summary>
    public AgentEvent.Limit? Limit { get; init; }

    public GatewayRecord? Gateway { get; init; }
}

/// <param name="Detail">What happened and the next step, one sentence; a command in it names the task by <see cref="TaskHandle"/>.</param>
public sealed record AttemptVerdict(TaskOutcome Outcome, EndReason? Reason, string? Detail)
{
    /// <summary>Stands for the task's handle in a detail: a runner knows of no task.</summary>
    public const string TaskHandle = "{task}";

    /// <summary>The two ways on from a spent budget, for a detail: each brings as much again as the task was launched with.</summary>
    public const string AfterBudget = $"'awoc retry {TaskHandle} --reduce-scope' does only what is missing, 'awoc retry {TaskHandle}' goes on with as much again";

    public static AttemptVerdict Success { get; } = new(TaskOutcome.Succeeded, null, null);
}

/// <summary>One fault of a launch request.</summary>
/// <param name="Field">As the user knows it: <c>--tokens</c>, <c>OUTPUT</c>.</param>
/// <param name="Value">What was given, cut to a length that can be shown.</param>
/// <param name="Allowed">What would be taken.</param>
public sealed record SpecFault(string Field, string Value, string Allowed)
{
    /// <summary>Of several launches, the one that has it: its key, or its place from 1. Null where there is only one.</summary>
    public string? Task { get; init; }

    /// <summary>The place of that launch, from 0.</summary>
    public int? Index { get; init; }
}
