using System.Security.Cryptography;
using System.Text.Json;
using Awoc.Core.Agents;
using Awoc.Core.Prompts;
using Awoc.Core.Tasks;
using Awoc.Engine.Agents;
using Awoc.Engine.Budgets;
using Awoc.Engine.Credentials;
using Awoc.Engine.Endings;
using Awoc.Engine.Homes;
using Awoc.Engine.Recovery;
using Awoc.Engine.Shims;
using Awoc.Engine.TaskFolders;
using Awoc.Engine.Verifying;
using Awoc.Engine.Waiting;
using Awoc.Prompts;

namespace Awoc.Engine.Supervision;

/// <summary>Makes one attempt's directory and its durable <c>spec.json</c>: all that the shim needs, and no secret in it.</summary>
public static class AttemptSetup
{
    // Claude Code ends 8 to 99 ms after its interrupt line and up to 1.6 s after SIGINT (measured); a command may tidy up.
    private static readonly TimeSpan s_lineGrace = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan s_signalGrace = TimeSpan.FromSeconds(3);

    /// <summary>Greatest length of an agent's stream on disk, in bytes.</summary>
    private const long LogLimit = 2L * 1024 * 1024 * 1024;

    /// <summary>Writes all that the shim needs; durable when it returns.</summary>
    public static async Task<PreparedAttempt> PrepareAsync(
        EnginePorts ports, AgentTask task, IRunner runner, AgentAvailability availability, CancellationToken cancellation)
    {
        var folder = ports.Paths.Task(task.Id);
        var attempt = TaskFiles.OpenAttempt(folder, task.Attempt);
        (task, var produced) = await ReferenceTexts.PutIntoAsync(ports, task, forShell: !runner.Traits.UsesModel, cancellation);
        var earlier = await EarlierWork.TakeUpAsync(ports, task, runner, cancellation);
        var shared = await SharedAsync(ports, task, runner, availability, attempt, cancellation);
        var prompt = earlier.Prompt(task, attempt.Staging(task.Spec.Output), produced, shared.Mention);
        var (plan, prepared) = Make(ports, task, runner, availability, prompt, earlier.Session, shared.Context);
        File.WriteAllText(folder.Prompt, prompt);
        File.WriteAllText(attempt.Stdin, plan.StdinFirst);
        TargetMemory.Note(folder, attempt, task);
        LaunchScript.Write(folder, ports.Paths.Home, task, plan);
        new ShimSpec
        {
            Store = ports.Book.Store.StoreId,
            Task = task.Id.Value,
            Attempt = task.Attempt,
            Fence = task.Fence,
            Argv = plan.Argv,
            Cwd = task.Spec.Cwd,
            Env = PublicEnvironment(ports, task, plan),
            StdinFile = attempt.Stdin,
            KeepStdin = plan.KeepStdin,
            DeadlineMs = Allowances.TimeLeftMs(task.Budget, task.RunMs),
            Ladder = Ladder(plan),
            Socket = attempt.Socket,
            Gateway = prepared.Credential is null ? null : ports.Paths.GatewaySocket,
            LogLimit = LogLimit,
            NeedsSecret = prepared.NeedsSecret,
            Daemon = ports.Daemon,
        }.Write(attempt.Path);
        return prepared;
    }

    /// <summary>
    /// What a shim still waits for that another daemon started and did not live to give: a new token does as well as the old
    /// one, which nobody has seen.
    /// </summary>
    public static PreparedAttempt Renew(EnginePorts ports, AgentTask task, IRunner runner, AgentAvailability availability) =>
        Make(ports, task, runner, availability, prompt: "", resume: null, shared: null).Prepared;

    private static async Task<(SharedContext? Context, SharedMention? Mention)> SharedAsync(
        EnginePorts ports, AgentTask task, IRunner runner, AgentAvailability availability, AttemptFolder attempt, CancellationToken cancellation)
    {
        if (!runner.Traits.UsesModel || await ports.Contexts.TakeAsync(task, runner, availability.Upstream, cancellation) is not { } chosen) return default;
        File.WriteAllText(attempt.SharedContext, chosen.Block.Text);
        return (new SharedContext(chosen.Block.Parts, attempt.SharedContext, chosen.ForAnHour), chosen.Block.Mention);
    }

    private static (LaunchPlan Plan, PreparedAttempt Prepared) Make(
        EnginePorts ports, AgentTask task, IRunner runner, AgentAvailability availability, string prompt, string? resume, SharedContext? shared)
    {
        var attempt = ports.Paths.Task(task.Id).Attempt(task.Attempt);
        var token = $"awoc-{RandomNumberGenerator.GetHexString(48, lowercase: true)}";
        var plan = runner.Plan(new AttemptContext
        {
            Task = task.Id,
            Attempt = task.Attempt,
            Spec = task.Spec,
            Prompt = prompt,
            Directory = attempt.Path,
            StagingPath = attempt.Staging(task.Spec.Output),
            Session = Guid.NewGuid().ToString(),
            Resume = resume,
            Availability = availability,
            GatewayToken = token,
            TokensLeft = task.Budget.Tokens - task.Usage.Output,
            Schema = NativeSchema.Of(task.Spec),
            Shared = shared,
            Settings = ports.Settings.Read(task.Spec.Cwd).ForAgent(runner.Name),
        });
        var secrets = ports.Vault.Get(task.Id);
        var caller = new Dictionary<string, string>(task.Spec.Environment);
        foreach (var (name, value) in secrets) caller[name] = value;
        var upstream = task.Spec.Rehearsal ? ports.Rehearsal.For(task.Spec) : CallerProxy.Put(availability.Upstream, caller);
        var credential = runner.Traits.UsesModel && upstream is not null ? new AttemptCredential(token, upstream) : null;
        return (plan, new PreparedAttempt(SecretEnvironment(plan, secrets), credential, Held(credential, secrets)));
    }

    private static Dictionary<string, string> PublicEnvironment(EnginePorts ports, AgentTask task, LaunchPlan plan)
    {
        var environment = new Dictionary<string, string>(task.Spec.Environment)
        {
            ["AWOC_HOME"] = ports.Paths.Home,
            ["AWOC_TASK_ID"] = task.Id.Value,
        };
        foreach (var (name, value) in plan.Environment)
        {
            if (value is null) environment.Remove(name);
            else environment[name] = value;
        }

        return environment;
    }

    private static Dictionary<string, string> SecretEnvironment(LaunchPlan plan, IReadOnlyDictionary<string, string> secrets)
    {
        var environment = secrets
            .Where(s => !plan.WithheldSecrets.Contains(s.Key) && !plan.Environment.ContainsKey(s.Key))
            .ToDictionary(s => s.Key, s => s.Value);
        foreach (var (name, value) in plan.SecretEnvironment) environment[name] = value;
        return environment;
    }

    private static List<LadderStep> Ladder(LaunchPlan plan)
    {
        List<LadderStep> ladder = [LadderStep.Interrupt(s_signalGrace), LadderStep.Terminate(s_signalGrace), LadderStep.Kill(s_signalGrace)];
        if (plan.InterruptLine is { } line) ladder.Insert(0, LadderStep.Line(line, s_lineGrace));
        return ladder;
    }

    private static Dictionary<string, string> Held(AttemptCredential? credential, IReadOnlyDictionary<string, string> secrets)
    {
        var held = secrets.ToDictionary(s => AttemptCredential.SecretPrefix + s.Key, s => s.Value);
        credential?.AddTo(held);
        return held;
    }
}

/// <summary>What of a prepared attempt lives in memory only.</summary>
/// <param name="SecretEnvironment">Goes into the agent's environment through the shim's memory.</param>
/// <param name="Credential">For the gateway; null for an agent that calls no model.</param>
/// <param name="Held">Kept by the shim for the next daemon.</param>
public sealed record PreparedAttempt(
    IReadOnlyDictionary<string, string> SecretEnvironment, AttemptCredential? Credential, IReadOnlyDictionary<string, string> Held)
{
    public bool NeedsSecret => Credential is not null || SecretEnvironment.Count > 0;
}

/// <summary>The attempt's token and what it stands for, in the form in which a shim keeps it.</summary>
public sealed record AttemptCredential(string Token, ModelUpstream Upstream)
{
    public const string SecretPrefix = "secret:";
    private const string TokenKey = "gateway.token";
    private const string BaseKey = "gateway.base";
    private const string AuthKey = "gateway.auth";
    private const string ValueKey = "gateway.secret";
    private const string ProxyKey = "gateway.proxy";

    public void AddTo(Dictionary<string, string> held)
    {
        held[TokenKey] = Token;
        held[BaseKey] = Upstream.BaseUrl.OriginalString;
        held[AuthKey] = Upstream.Auth.Text();
        if (Upstream.Secret is { } secret) held[ValueKey] = secret;
        if (Upstream.Proxy is { } proxy) held[ProxyKey] = proxy.OriginalString;
    }

    public static AttemptCredential? From(IReadOnlyDictionary<string, string> held) =>
        held.TryGetValue(TokenKey, out var token) && held.TryGetValue(BaseKey, out var url) && held.TryGetValue(AuthKey, out var auth)
            ? new AttemptCredential(token, new ModelUpstream(new Uri(url), SnakeCase.Parse<UpstreamAuth>(auth), held.GetValueOrDefault(ValueKey))
            {
                Proxy = held.TryGetValue(ProxyKey, out var proxy) ? new Uri(proxy) : null,
            })
            : null;

    public static Dictionary<string, string> Secrets(IReadOnlyDictionary<string, string> held) => held
        .Where(h => h.Key.StartsWith(SecretPrefix, StringComparison.Ordinal))
        .ToDictionary(h => h.Key[SecretPrefix.Length..], h => h.Value);

    /// <summary>A record prints its members: the token is to stay out of every log.</summary>
    public override string ToString() => $"credential for {Upstream}";
}
