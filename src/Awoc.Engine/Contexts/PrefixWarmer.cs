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
using Awoc.Engine.Homes;
using Awoc.Engine.Shims;
using Awoc.Engine.Supervision;
using Awoc.Engine.Verifying;

namespace Awoc.Engine.Contexts;

/// <summary>
/// Writes the head of a task's requests to the provider's cache before there is a task. The agent itself makes the request, started as for a
/// task, so that it is the same to the byte whatever the agent's version puts there; the gateway lets it generate a few words, and
/// the agent is ended when they have come.
/// </summary>
public sealed class PrefixWarmer(EnginePorts ports)
{
    private const string Request = "Answer with the word OK. Use no tool.";

    /// <summary>In the environment of the agent and of what it starts: all of them are ended by it.</summary>
    private const string Mark = "AWOC_WARMING";

    private const int ShownError = 400;

    /// <summary>What the agent may generate: a few words, and what small questions of its own take that it may ask beside or before.</summary>
    private const long Tokens = 2048;

    /// <summary>How long the end of an answer is waited for that has begun: what it cost is known then.</summary>
    private static readonly TimeSpan s_end = TimeSpan.FromSeconds(15);

    /// <summary>How long programs that were killed are waited for.</summary>
    private static readonly TimeSpan s_death = TimeSpan.FromSeconds(5);

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
        var folder = Path.Combine(FolderOf(ports.Paths), id.Value);
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
            var warming = await AskAsync(id, token, upstream, plan, spec, secrets, chosen, folder, cancellation);
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
            Remove(folder);
        }
    }

    /// <summary>Takes away what a daemon left that ended while it warmed. Before anything is warmed.</summary>
    public static void Clean(AwocPaths paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        Remove(FolderOf(paths));
    }

    private static string FolderOf(AwocPaths paths) => Path.Combine(paths.Cache, "warming");

    private static void Remove(string folder)
    {
        try
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
        catch (Exception kept) when (kept is IOException or UnauthorizedAccessException)
        {
            // It is taken away with the next daemon's start: what became of the request matters more.
        }
    }

    private async Task<PrefixWarming> AskAsync(
        TaskId id, string token, ModelUpstream upstream, LaunchPlan plan, TaskSpec spec, IReadOnlyDictionary<string, string> secrets, ChosenContext chosen,
        string folder, CancellationToken cancellation)
    {
        var sign = new WarmingSign(chosen.Block.Bytes);
        ports.Gateway.Open(new GatewayLease
        {
            Task = id,
            Attempt = 1,
            Token = token,
            Upstream = upstream,
            Allowance = new Allowance(Tokens),
            LedgerPath = Path.Combine(folder, "gateway.jsonl"),
            HourCache = chosen.ForAnHour,
            Begun = sign.Begun,
            Changed = sign.Changed,
        });
        var ended = "";
        GatewayRecord? record;
        try
        {
            using var relay = GatewayRelay.Start(ports.Paths.GatewaySocket);
            ended = await RunUntilAsync(sign, plan, spec, secrets, relay.Port, cancellation);
        }
        finally
        {
            record = ports.Gateway.Close(id, 1);
        }

        if (!sign.HasBegun)
        {
            return PrefixWarming.Failed(record is { LastStatus: { } status and not (>= 200 and <= 299) }
                ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"the model API answered {status} ({record.LastErrorType ?? "no type"})")
                : $"the agent made no request with the shared context that was answered{(ended.Length > 0 ? $": {ended}" : "")}");
        }

        return new PrefixWarming(record?.Usage ?? Usage.Zero, null, null);
    }

    /// <summary>Runs the agent until its request is answered, or it ends by itself. Returns the last of what it said on stderr.</summary>
    private async Task<string> RunUntilAsync(
        WarmingSign sign, LaunchPlan plan, TaskSpec spec, IReadOnlyDictionary<string, string> secrets, int port, CancellationToken cancellation)
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
        var warming = Guid.NewGuid().ToString("n");
        var mark = $"{Mark}={warming}";
        start.Environment[Mark] = warming;
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
                await Task.WhenAny(sign.Answered, exit);
                if (sign.HasBegun)
                {
                    await Task.WhenAny(sign.Settled, exit, Task.Delay(s_end, ports.Time, either.Token));
                    return "";
                }

                await exit;
                await output;
                var said = (await errors).Trim();
                return said.Length > ShownError ? said[^ShownError..] : said;
            }
            finally
            {
                await EndAsync(process);
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

        async Task EndAsync(Process process)
        {
            if (!process.HasExited) process.Kill();

            // With what it has started: servers of its own that it was configured for, shells.
            await OrphanSweep.KillMarkedAsync(mark, s_death, ports.Time);
            using var enough = new CancellationTokenSource(s_death);
            try
            {
                await process.WaitForExitAsync(enough.Token);
            }
            catch (OperationCanceledException)
            {
                // In the kernel, on a disk that does not answer: it is not waited for any longer.
            }
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
