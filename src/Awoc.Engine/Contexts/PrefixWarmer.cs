using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Core.Prompts;
using Awoc.Core.Tasks;
using Awoc.Engine.Agents;
using Awoc.Engine.Credentials;
using Awoc.Engine.Supervision;
using Awoc.Engine.Verifying;

namespace Awoc.Engine.Contexts;

/// <summary>
/// Writes the head of a task's requests to the provider's cache before there is a task. The agent itself makes the request, started as for a
/// task, so that it is the same to the byte whatever the agent's version puts there; the gateway lets it generate one token, and
/// the agent is ended when that has come.
/// </summary>
public sealed class PrefixWarmer(EnginePorts ports)
{
    private const string Request = "Answer with the word OK. Use no tool.";
    private const int ShownError = 400;

    /// <summary>A large context takes the provider a while to read.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);

    /// <param name="spec">Of such a task as is to come.</param>
    /// <param name="secrets">The caller's, in memory only.</param>
    /// <param name="hour">For an hour, and not for five minutes.</param>
    public async Task<PrefixWarming> WarmAsync(TaskSpec spec, IReadOnlyDictionary<string, string> secrets, bool hour, CancellationToken cancellation)
    {
        var runner = ports.Roster.Find(spec.Agent)!;
        var configured = ports.Settings.Read(spec.Cwd);
        var caller = new Dictionary<string, string>(spec.Environment);
        foreach (var (name, value) in secrets) caller[name] = value;
        var availability = AgentRoster.Probe(runner, caller, spec.Rehearsal, configured);
        var upstream = spec.Rehearsal ? ports.Rehearsal.For(spec) : CallerProxy.Put(availability.Upstream, caller);
        if (upstream is null || availability.Missing is not null) return PrefixWarming.Failed(availability.Missing ?? "it has no credential for a model API");
        if (await ports.Contexts.ChooseAsync(spec, spec.Budget.Tokens, runner, availability.Upstream, hour, cancellation) is not { } chosen)
            return PrefixWarming.Failed("this agent has no place for a shared context");

        var id = TaskId.New(ports.Time);
        var folder = Path.Combine(ports.Paths.Cache, "warming", id.Value);
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        try
        {
            var shared = new SharedContext(chosen.Block.Parts, Path.Combine(folder, "shared-context.md"), hour);
            await File.WriteAllTextAsync(shared.Path, chosen.Block.Text, cancellation);
            var token = $"awoc-{RandomNumberGenerator.GetHexString(48, lowercase: true)}";
            var plan = runner.Plan(new AttemptContext
            {
                Task = id,
                Attempt = 1,
                Spec = spec,
                Prompt = Request,
                Directory = folder,
                StagingPath = Path.Combine(folder, "out", "output.md"),
                Session = Guid.NewGuid().ToString(),
                Availability = availability,
                GatewayToken = token,
                TokensLeft = spec.Budget.Tokens,
                Schema = NativeSchema.Of(spec),
                Settings = configured.ForAgent(runner.Name),
                Shared = shared,
            });
            var warming = await AskAsync(id, token, upstream, plan, spec, secrets, hour, folder, cancellation);
            if (warming.Error is not null) return warming;
            ports.Contexts.Warmed(chosen);
            return warming with { Until = ports.Time.GetUtcNow() + CacheRules.Life(hour) };
        }
        catch (ArgumentException unusable)
        {
            // The gateway's word on an upstream that it cannot serve, without the secret.
            return PrefixWarming.Failed(unusable.Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<PrefixWarming> AskAsync(
        TaskId id, string token, ModelUpstream upstream, LaunchPlan plan, TaskSpec spec, IReadOnlyDictionary<string, string> secrets, bool hour,
        string folder, CancellationToken cancellation)
    {
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ports.Gateway.Open(new GatewayLease
        {
            Task = id,
            Attempt = 1,
            Token = token,
            Upstream = upstream,
            Allowance = new Allowance(Tokens: 1),
            LedgerPath = Path.Combine(folder, "gateway.jsonl"),
            HourCache = hour,
            Changed = record =>
            {
                if (record is { Requests: > 0, OpenRequests: 0 }) answered.TrySetResult();
            },
        });
        var ended = "";
        GatewayRecord? record;
        try
        {
            using var relay = GatewayRelay.Start(ports.Paths.GatewaySocket);
            ended = await RunUntilAsync(answered.Task, plan, spec, secrets, relay.Port, cancellation);
        }
        finally
        {
            record = ports.Gateway.Close(id, 1);
        }

        if (record is not { LastStatus: >= 200 and <= 299 })
        {
            return PrefixWarming.Failed(record is { LastStatus: { } status }
                ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"the model API answered {status} ({record.LastErrorType ?? "no type"})")
                : $"the agent made no request that was answered{(ended.Length > 0 ? $": {ended}" : "")}");
        }

        return new PrefixWarming(record.Usage, null, null);
    }

    /// <summary>Runs the agent until its request is answered, or it ends by itself. Returns the last of what it said on stderr.</summary>
    private async Task<string> RunUntilAsync(
        Task answered, LaunchPlan plan, TaskSpec spec, IReadOnlyDictionary<string, string> secrets, int port, CancellationToken cancellation)
    {
        var argv = plan.Argv.Select(Placed).ToList();
        var start = new ProcessStartInfo(argv[0], argv.Skip(1))
        {
            WorkingDirectory = spec.Cwd,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
        };
        start.Environment.Clear();
        foreach (var (name, value) in spec.Environment) start.Environment[name] = value;
        foreach (var (name, value) in secrets.Where(s => !plan.WithheldSecrets.Contains(s.Key))) start.Environment[name] = value;
        foreach (var (name, value) in plan.Environment)
        {
            if (value is null) start.Environment.Remove(name);
            else start.Environment[name] = Placed(value);
        }

        foreach (var (name, value) in plan.SecretEnvironment) start.Environment[name] = Placed(value);
        using var limit = new CancellationTokenSource(s_patience, ports.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            using var process = Process.Start(start)!;
            try
            {
                var output = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, either.Token);
                var errors = process.StandardError.ReadToEndAsync(either.Token);
                await process.StandardInput.WriteAsync(plan.StdinFirst.AsMemory(), either.Token);
                await process.StandardInput.FlushAsync(either.Token);
                if (!plan.KeepStdin) process.StandardInput.Close();
                var exit = process.WaitForExitAsync(either.Token);
                var first = await Task.WhenAny(answered, exit);
                if (first == answered) return "";
                await exit;
                await output;
                var said = (await errors).Trim();
                return said.Length > ShownError ? said[^ShownError..] : said;
            }
            finally
            {
                // It has called no tool: there is nobody else to end.
                if (!process.HasExited) process.Kill();
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return $"no answer within {s_patience.TotalSeconds:0} s";
        }
        catch (Exception broken) when (broken is Win32Exception or IOException)
        {
            return broken.Message;
        }

        string Placed(string text) => text.Replace("{relayPort}", port.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }
}

/// <summary>What became of a request that writes to the provider's cache.</summary>
/// <param name="Usage">What it cost.</param>
/// <param name="Until">How long it is there unless it is read; null where nothing was written.</param>
/// <param name="Error">Why it failed; null where it did not.</param>
public sealed record PrefixWarming(Usage Usage, DateTimeOffset? Until, string? Error)
{
    public static PrefixWarming Failed(string why) => new(Usage.Zero, null, why);
}
