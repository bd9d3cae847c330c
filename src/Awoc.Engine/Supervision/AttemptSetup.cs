using System.Security.Cryptography;
using System.Text.Json;
using Awoc.Core.Agents;
using Awoc.Core.Tasks;
using Awoc.Engine.Budgets;
using Awoc.Engine.Contexts;
using Awoc.Engine.Homes;
using Awoc.Engine.Pool;
using Awoc.Engine.Recovery;
using Awoc.Engine.Shims;
using Awoc.Engine.TaskFolders;
using Awoc.Engine.Waiting;
using Awoc.Prompts;

namespace Awoc.Engine.Supervision;

/// <summary>Makes one attempt's directory and its durable <c>spec.json</c>: all that the shim needs, and no secret in it.</summary>
public static class AttemptSetup
{
    /// <summary>Greatest length of an agent's stream on disk, in bytes.</summary>
    internal const long LogLimit = 2L * 1024 * 1024 * 1024;

    /// <summary>
    /// Writes all that the shim needs; durable when it returns. Where a warm agent is there for it, that one's directory has become
    /// the attempt's, and it only waits for the word to begin.
    /// </summary>
    public static Task<PreparedAttempt> PrepareAsync(
        EnginePorts ports, AgentTask task, IRunner runner, AgentAvailability availability, CancellationToken cancellation) =>
        PrepareAsync(ports, task, runner, availability, mayBeWarm: true, cancellation);

    private static async Task<PreparedAttempt> PrepareAsync(
        EnginePorts ports, AgentTask asStored, IRunner runner, AgentAvailability availability, bool mayBeWarm, CancellationToken cancellation)
    {
        var attempt = Open(ports, asStored);
        var (task, produced) = await ReferenceTexts.PutIntoAsync(ports, asStored, forShell: !runner.Traits.UsesModel, cancellation);
        var earlier = await EarlierWork.TakeUpAsync(ports, task, runner, cancellation);
        var (shared, mention) = await SharedAsync(ports, task, runner, availability, cancellation);
        var subject = Subject(ports, task, runner, availability) with
        {
            Prompt = earlier.Prompt(task, attempt.Staging(task.Spec.Output), produced, mention),
            Resume = earlier.Session,
            Shared = shared,
        };
        var (isWarmable, spare) = mayBeWarm ? await ClaimAsync(ports, subject, cancellation) : (false, null);
        if (spare is not null)
        {
            try
            {
                var taken = LaunchMaterial.Of(ports, subject, spare.Token, spare.Session);
                Write(ports, task, subject, taken, spare.Binding(subject));
                spare.MoveTo(attempt);
                return taken.Prepared with { Warm = true };
            }
            catch (Exception broken)
            {
                await spare.DisposeAsync();
                if (broken is not (IOException or UnauthorizedAccessException)) throw;
                ports.Files.Note(task, $"a warm agent could not be taken: {broken.Message}");
            }

            // What was made for the attempt may have gone with it. From the task as it is stored: what was put into its text is no template.
            return await PrepareAsync(ports, asStored, runner, availability, mayBeWarm: false, cancellation);
        }

        var material = LaunchMaterial.Of(ports, subject, NewToken(), NewSession());
        Write(ports, task, subject, material, []);
        new ShimSpec
        {
            Store = ports.Book.Store.StoreId,
            Task = task.Id.Value,
            Attempt = task.Attempt,
            Fence = task.Fence,
            Argv = material.Plan.Argv,
            Cwd = task.Spec.Cwd,
            Env = material.Environment,
            StdinFile = attempt.Stdin,
            KeepStdin = material.Plan.KeepStdin,
            DeadlineMs = Allowances.TimeLeftMs(task.Budget, task.RunMs),
            Ladder = material.Ladder(),
            Socket = attempt.Socket,
            Gateway = material.Prepared.Credential is null ? null : ports.Paths.GatewaySocket,
            LogLimit = LogLimit,
            NeedsSecret = material.Prepared.NeedsSecret,
            Daemon = ports.Daemon,
        }.Write(attempt.Path);
        return material.Prepared with { Warm = isWarmable ? false : null };
    }

    /// <summary>
    /// What a shim still waits for that another daemon started and did not live to give: a new token does as well as the old
    /// one, which nobody has seen.
    /// </summary>
    public static PreparedAttempt Renew(EnginePorts ports, AgentTask task, IRunner runner, AgentAvailability availability) =>
        LaunchMaterial.Of(ports, Subject(ports, task, runner, availability), NewToken(), NewSession()).Prepared;

    private static async Task<(SharedContext? Context, SharedMention? Mention)> SharedAsync(
        EnginePorts ports, AgentTask task, IRunner runner, AgentAvailability availability, CancellationToken cancellation)
    {
        if (!runner.Traits.UsesModel || await ports.Contexts.TakeAsync(task, runner, availability.Upstream, cancellation) is not { } chosen) return default;
        return (new SharedContext(chosen.Block.Parts, SharedTexts.Keep(ports, chosen.Block.Text), chosen.ForAnHour), chosen.Block.Mention);
    }

    /// <summary>A warm agent is a gain of time only: whatever is wrong with the pool, the task starts without one.</summary>
    private static async Task<(bool IsWarmable, Spare? Spare)> ClaimAsync(EnginePorts ports, LaunchSubject subject, CancellationToken cancellation)
    {
        try
        {
            return await ports.Warm.ClaimAsync(ports, subject, cancellation);
        }
        catch (Exception broken) when (broken is not OperationCanceledException)
        {
            ports.Files.Note(subject.Task, $"no warm agent: {broken.Message}");
            return (false, null);
        }
    }

    internal static string NewToken() => $"awoc-{RandomNumberGenerator.GetHexString(48, lowercase: true)}";

    internal static string NewSession() => Guid.NewGuid().ToString();

    /// <summary>What a warm agent left there that ended before the task began is put out of the way.</summary>
    private static AttemptFolder Open(EnginePorts ports, AgentTask task)
    {
        var attempt = ports.Paths.Task(task.Id).Attempt(task.Attempt);
        if (ShimExit.Read(attempt.Path) is { Cause: EndCause.Spare }) SpareFolder.PutAside(ports.Paths, attempt);
        return TaskFiles.OpenAttempt(ports.Paths.Task(task.Id), task.Attempt);
    }

    private static LaunchSubject Subject(EnginePorts ports, AgentTask task, IRunner runner, AgentAvailability availability)
    {
        var attempt = ports.Paths.Task(task.Id).Attempt(task.Attempt);
        return new LaunchSubject
        {
            Task = task.Id,
            Attempt = task.Attempt,
            Spec = task.Spec,
            Runner = runner,
            Availability = availability,
            Secrets = ports.Vault.Get(task.Id),
            TokensLeft = task.Budget.Tokens - task.Usage.Output,
            Directory = attempt.Path,
            StagingPath = attempt.Staging(task.Spec.Output),
        };
    }

    private static void Write(EnginePorts ports, AgentTask task, LaunchSubject subject, LaunchMaterial material, IReadOnlyList<string> before)
    {
        var folder = ports.Paths.Task(task.Id);
        var attempt = folder.Attempt(task.Attempt);
        File.WriteAllText(folder.Prompt, subject.Prompt);
        File.WriteAllText(attempt.Stdin, string.Concat(before.Select(line => line + "\n")) + material.Plan.StdinFirst);
        TargetMemory.Note(folder, attempt, task);
        LaunchScript.Write(folder, ports.Paths.Home, task, material.Plan);
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

    /// <summary>True where a warm agent was taken for it, false where there was none, null where this launch cannot be made ahead.</summary>
    public bool? Warm { get; init; }
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
