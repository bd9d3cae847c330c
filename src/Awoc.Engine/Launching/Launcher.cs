using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Awoc.Core;
using Awoc.Core.Agents;
using Awoc.Core.Lifecycle;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Engine.Agents;
using Awoc.Engine.Budgets;
using Awoc.Engine.Credentials;
using Awoc.Engine.Supervision;
using Awoc.Engine.Tasks;
using Awoc.Engine.Verifying;
using Awoc.Prompts;

namespace Awoc.Engine.Launching;

/// <summary>Every launch goes through here, whatever door it came in by: validated whole, durable before it is acknowledged.</summary>
public sealed class Launcher(EnginePorts ports)
{
    public const string RehearsalModel = "rehearsal";
    public const string RehearsalVariable = "AWOC_REHEARSAL";

    /// <summary>Characters from which a secret's value is masked: a shorter one stands in many an innocent word.</summary>
    private const int LeastSecret = 6;

    public async Task<LaunchAnswer> LaunchAsync(LaunchOrder order, string? idempotencyKey, CancellationToken cancellation)
    {
        var made = MakeSpec(order);
        if (made is not SpecAnswer.Made(var spec, _, var notices)) return Refusal(made);
        var id = TaskId.New(ports.Time);
        var launch = TaskLifecycle.Launch(id, spec, ports.Time.GetUtcNow());
        var (shortage, refuses) = await RoomAsync(launch.Next, cancellation);
        if (shortage is { Never: true }) return new LaunchAnswer.Invalid([new SpecFault(shortage.Need.Field, shortage.Need.Value, shortage.Text)]);
        if (shortage is not null && refuses) return new LaunchAnswer.Short(shortage.Text);
        notices = [.. notices, .. await ForewarnedAsync(spec, cancellation)];
        if (shortage is not null) notices = [.. notices, $"it will wait: {shortage.Text}"];

        switch (await StoreAsync(launch, order.Secrets, idempotencyKey, cancellation))
        {
            case LaunchResult.Stored:
                return new LaunchAnswer.Launched(launch.Next, notices);
            case LaunchResult.Repeated(var ids):
                var earlier = await ports.Book.Store.FindAsync(ids[0], cancellation) ?? throw new StoreException($"task {ids[0]} of a repeated launch is gone");
                // The daemon that took it may have died with what it held in memory.
                await SupplyAsync(earlier, order.Secrets, cancellation);
                return new LaunchAnswer.Repeated(earlier);
            case LaunchResult.OutputTaken(var output, var by):
                return new LaunchAnswer.Conflict($"task {by.Handle} is going to write {output}: wait for it (awoc wait {by.Handle}), cancel it, or name another output");
            case LaunchResult.KeyReused:
                return new LaunchAnswer.Conflict("the idempotency key belongs to a different launch: use a new one");
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private async Task<LaunchResult> StoreAsync(
        Decision.Accepted launch, IReadOnlyDictionary<string, string> secrets, string? idempotencyKey, CancellationToken cancellation)
    {
        var id = launch.Next.Id;
        LaunchResult? stored = null;
        try
        {
            // Both before the commit: the dispatcher may take the task in the same millisecond.
            ports.Vault.Put(id, secrets);
            ports.Files.Create(launch.Next);
            var sha = idempotencyKey is null ? null : RequestSha(launch.Next.Spec);
            // Not to be called off in its midst: whether it was stored would be anybody's guess.
            return stored = await ports.Book.LaunchAsync([launch], idempotencyKey, sha, CancellationToken.None);
        }
        finally
        {
            if (stored is not LaunchResult.Stored)
            {
                ports.Vault.Forget(id);
                ports.Files.Remove(id);
            }
        }
    }

    /// <summary>Whether the shared budgets have room for the task, and whether it is refused where they have not.</summary>
    private async Task<(Shortage? Shortage, bool Refuses)> RoomAsync(AgentTask task, CancellationToken cancellation)
    {
        var pools = ports.Settings.Read(null).Pools;
        await ports.LearnAsync(task.Spec.Group, cancellation);
        return (ports.Pools.Ask(task, pools), pools.OnShort == OnShort.Refuse);
    }

    private async Task<IReadOnlyList<string>> ForewarnedAsync(TaskSpec spec, CancellationToken cancellation) =>
        spec.Rehearsal || spec.Model is null
            ? []
            : PastNeed.Of(spec, await ports.Book.Store.RecentAsync(spec.Type, spec.Agent, PastNeed.Looked, cancellation)) is { } warning
                ? [warning]
                : [];

    /// <summary>What a launch would do. Nothing is stored and no id is used up.</summary>
    public async Task<LaunchAnswer> PreviewAsync(LaunchOrder order, CancellationToken cancellation)
    {
        var made = MakeSpec(order);
        if (made is not SpecAnswer.Made(var spec, var choice, var notices)) return Refusal(made);
        var id = TaskId.New(ports.Time);
        var attempt = ports.Paths.Task(id).Attempt(1);
        var staging = attempt.Staging(spec.Output);
        var configured = ports.Settings.Read(spec.Cwd);
        var block = choice.Runner!.Traits.UsesModel ? await ports.Contexts.ComposeAsync(spec, configured, cancellation) : null;
        var prompt = TaskPrompt.Build(spec, id, staging, AgentTools.Default, inline: ContextFiles.Beside(spec, block?.Mention), shared: block?.Mention);
        var plan = choice.Runner!.Plan(new AttemptContext
        {
            Task = id,
            Attempt = 1,
            Spec = spec,
            Prompt = prompt,
            Directory = attempt.Path,
            StagingPath = staging,
            Session = Guid.Empty.ToString(),
            Availability = choice.Availability!,
            GatewayToken = "(the attempt's own token)",
            TokensLeft = spec.Budget.Tokens,
            Schema = NativeSchema.Of(spec),
            Settings = configured.ForAgent(choice.Runner.Name),
            Shared = block is null ? null : new SharedContext(block.Parts, attempt.SharedContext, ForAnHour: false),
        });
        var past = spec.Rehearsal
            ? PastUse.None
            : PastUse.Of(await ports.Book.Store.RecentAsync(spec.Type, spec.Agent, PastUse.Looked, cancellation));
        return new LaunchAnswer.Previewed(spec, Masked(plan, order.Secrets.Values), prompt, choice.Runner.Traits.Exactness)
        {
            Notices = [.. notices, .. block?.Notices ?? [], .. await ForewarnedAsync(spec, cancellation)],
            Shared = block?.Text,
            Past = past,
        };
    }

    /// <summary>Hands secrets over to tasks that wait for them; returns those that go on.</summary>
    public async Task<IReadOnlyList<TaskId>> SupplyAsync(IReadOnlyDictionary<string, string> secrets, CancellationToken cancellation)
    {
        List<TaskId> released = [];
        var waiting = await ports.Book.Store.ListAsync(
            new TaskQuery([TaskState.AwaitingInput, TaskState.Queued, TaskState.Scheduled], [], int.MaxValue), cancellation);
        foreach (var task in waiting)
        {
            if (await SupplyAsync(task, secrets, cancellation)) released.Add(task.Id);
        }

        return released;
    }

    /// <summary>True when the task waited for a credential and goes on.</summary>
    private async Task<bool> SupplyAsync(AgentTask task, IReadOnlyDictionary<string, string> secrets, CancellationToken cancellation)
    {
        if (task.State == TaskState.Ended || task.InAttempt || !ports.Vault.Missing(task).All(secrets.ContainsKey)) return false;
        ports.Vault.Add(task.Id, task.Spec.SecretNames.Where(secrets.ContainsKey).ToDictionary(name => name, name => secrets[name]));
        if (task.State != TaskState.AwaitingInput || task.SpentBudget is not null) return false;
        // It may have waited for something else that is there by now (its agent, its settings): the dispatcher looks again.
        await ports.Book.ApplyAsync(task.Id, new TaskCommand.GiveInput(null), cancellation);
        return true;
    }

    private SpecAnswer MakeSpec(LaunchOrder order)
    {
        var directory = Directory.Exists(order.Cwd) ? order.Cwd : null;
        var settings = ports.Settings.Read(directory);
        var types = ports.Settings.Types(directory);
        var validation = new OrderValidation(order, settings, types);
        var rehearsal = IsRehearsal(order);
        var variables = new Dictionary<string, string>(order.Environment);
        foreach (var (name, value) in order.Secrets) variables[name] = value;

        var named = order.Agent ?? settings.Agent;
        var runner = named is null ? null : ports.Roster.Find(named);
        if (named is not null && runner is null)
            validation.Add(new SpecFault("--agent", named, $"one of {string.Join(", ", ports.Roster.Runners.Select(r => r.Name))}"));
        var choice = named is null
            ? ports.Roster.Choose(variables, rehearsal, settings)
            : new AgentChoice(runner, runner is null ? null : AgentRoster.Probe(runner, variables, rehearsal, settings), []);
        var usesModel = choice.Runner?.Traits.UsesModel ?? true;

        var (type, description) = validation.Task(isCommand: runner is { Traits.UsesModel: false });
        var cwd = validation.Cwd();
        var agent = choice.Runner?.Name ?? "";
        var canTalk = choice.Runner is null or { Voice: not null };
        var budget = validation.Budget(usesModel);
        var onFailure = validation.OnFailure();
        var (integrate, into) = validation.Integrate(cwd);
        var spec = new TaskSpec
        {
            Type = type.Name,
            Definition = types.OwnOf(type),
            Description = description,
            Output = validation.Output(cwd),
            Overwrite = order.Overwrite,
            AllowOutside = order.AllowOutside,
            Schema = validation.Schema(cwd),
            Strict = order.Strict,
            Mends = validation.Mends(),
            Name = validation.Name("--name", order.Name),
            Group = validation.Name("--group", order.Group),
            Agent = agent,
            Model = validation.Model(usesModel),
            Budget = budget,
            OnBudget = validation.OnBudget(agent, canTalk),
            OnFailure = onFailure,
            MaxRetries = validation.MaxRetries(onFailure),
            MaxTotalTokens = validation.MaxTotalTokens(usesModel, budget),
            MaxTotalSeconds = validation.MaxTotalSeconds(budget),
            OnPermission = validation.OnPermission(agent, choice.Runner is null or { Voice.Asks: true }),
            RecordWire = validation.RecordWire(usesModel),
            Integrate = integrate,
            IntegrateInto = into,
            Cwd = cwd,
            Context = validation.Context(cwd),
            ParentSession = order.ParentSession,
            Rehearsal = rehearsal && usesModel,
            Environment = order.Environment.ToImmutableSortedDictionary(StringComparer.Ordinal),
            SecretNames = [.. order.Secrets.Keys.Order(StringComparer.Ordinal)],
            RequiredSecrets = rehearsal ? [] : [.. RequiredSecrets(choice.Availability, variables, order.Secrets)],
        };
        if (validation.Faults.Count == 0 && choice.Runner is { } chosen)
        {
            foreach (var fault in chosen.Validate(spec)) validation.Add(fault);
            if (spec.Budget.CostUsd is not null && chosen.ModelAsked(spec) is { } model && ports.Gateway.MissingPrice(model) is { } next)
                validation.Add(new SpecFault("--model", model, $"a model whose price is known, as its money is limited (--max-cost); {next}"));
        }

        if (validation.Faults.Count > 0) return new SpecAnswer.Faulty(validation.Faults);
        if (choice.Runner is null) return new SpecAnswer.NoAgent("no agent can run here: none is installed with a credential", choice.Missing);
        if (choice.Availability is { Missing: { } missing }) return new SpecAnswer.NoAgent($"the agent '{choice.Runner.Name}' cannot run: {missing}", []);
        var notices = Notices(spec);
        if (!usesModel && order.Tokens is not null) notices.Add($"the agent '{spec.Agent}' calls no model: a token budget limits nothing there");
        return new SpecAnswer.Made(spec, choice, notices);
    }

    /// <summary>What holds the credential, and the proxy's address where a login in it makes it a secret: without it the task would go past the proxy.</summary>
    private static IEnumerable<string> RequiredSecrets(
        AgentAvailability? availability, IReadOnlyDictionary<string, string> variables, IReadOnlyDictionary<string, string> secrets)
    {
        var proxy = CallerProxy.VariableFor(availability?.Upstream, variables);
        return (availability?.RequiredSecrets ?? []).Concat(proxy is not null && secrets.ContainsKey(proxy) ? [proxy] : []);
    }

    /// <summary>The rehearsal model serves on request only, never because something is missing.</summary>
    private static bool IsRehearsal(LaunchOrder order) =>
        order.Model == RehearsalModel
        || (order.Model?.StartsWith(RehearsalModel + "/", StringComparison.Ordinal) ?? false)
        || order.Environment.GetValueOrDefault(RehearsalVariable) is { Length: > 0 } and not "0";

    private static List<string> Notices(TaskSpec spec)
    {
        List<string> notices = [];
        if (spec.Rehearsal)
            notices.Add("rehearsal: AWOC's rule-based planner answers in the model's place; its report is true but it is no language model");
        if (spec.RequiredSecrets.Length > 0)
            notices.Add($"{string.Join(", ", spec.RequiredSecrets)} is held in memory only: should the daemon restart before this task starts, it waits until you run 'awoc daemon start' where it is set");
        if (spec.Output is { } output && File.Exists(output) && !spec.Overwrite)
        {
            notices.Add(spec is { Integrate: { } mode, IntegrateInto: null }
                ? $"{output} exists: the result is integrated into it ({mode.Text()}) as the task succeeds"
                : $"{output} exists: it will be left alone and the result kept in the task's directory (--overwrite replaces it)");
        }

        return notices;
    }

    private static LaunchAnswer Refusal(SpecAnswer answer) => answer switch
    {
        SpecAnswer.Faulty(var faults) => new LaunchAnswer.Invalid(faults),
        SpecAnswer.NoAgent(var why, var missing) => new LaunchAnswer.Unavailable(why, missing),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>A command may hold a secret in so many words; it is not to reach a terminal or a log.</summary>
    private static LaunchPlan Masked(LaunchPlan plan, IEnumerable<string> secrets)
    {
        var telling = secrets.Where(s => s.Length >= LeastSecret).ToList();
        return plan with { Argv = [.. plan.Argv.Select(word => telling.Aggregate(word, (text, secret) => text.Replace(secret, "***", StringComparison.Ordinal)))] };
    }

    private static string RequestSha(TaskSpec spec) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(spec, CoreJson.Default.TaskSpec))));

    private abstract record SpecAnswer
    {
        public sealed record Made(TaskSpec Spec, AgentChoice Choice, IReadOnlyList<string> Notices) : SpecAnswer;

        public sealed record Faulty(IReadOnlyList<SpecFault> Faults) : SpecAnswer;

        public sealed record NoAgent(string Why, IReadOnlyList<string> Missing) : SpecAnswer;
    }
}

public abstract record LaunchAnswer
{
    private LaunchAnswer()
    {
    }

    public sealed record Launched(AgentTask Task, IReadOnlyList<string> Notices) : LaunchAnswer;

    /// <summary>The same launch came before, under the same idempotency key.</summary>
    public sealed record Repeated(AgentTask Task) : LaunchAnswer;

    public sealed record Previewed(TaskSpec Spec, LaunchPlan Plan, string Prompt, BudgetExactness Exactness) : LaunchAnswer
    {
        public IReadOnlyList<string> Notices { get; init; } = [];

        /// <summary>What would stand at the head of its requests, the same for others; null for nothing.</summary>
        public string? Shared { get; init; }

        public PastUse Past { get; init; } = PastUse.None;
    }

    public sealed record Invalid(IReadOnlyList<SpecFault> Faults) : LaunchAnswer;

    public sealed record Conflict(string Why) : LaunchAnswer;

    /// <summary>A shared budget has no room, and the settings let no task wait for it.</summary>
    public sealed record Short(string Why) : LaunchAnswer;

    /// <summary>No agent can run.</summary>
    /// <param name="Missing">What each of them lacks.</param>
    public sealed record Unavailable(string Why, IReadOnlyList<string> Missing) : LaunchAnswer;
}
