using Awoc.Core.Agents;
using Awoc.Core.Tasks;
using Awoc.Engine.Agents;
using Awoc.Engine.Credentials;
using Awoc.Engine.Supervision;

namespace Awoc.Engine.Launching;

/// <summary>From an order as it came in to a spec that is whole, or to all that is wrong with it.</summary>
internal sealed class SpecDraft(EnginePorts ports, LaunchSite site)
{
    public SpecAnswer Of(LaunchOrder order)
    {
        var (settings, types) = site.At(order.Cwd);
        var validation = new OrderValidation(order, settings, types);
        var rehearsal = IsRehearsal(order);

        var named = order.Agent ?? settings.Agent;
        var choice = site.Choose(named, order, rehearsal);
        var runner = named is null ? null : choice.Runner;
        if (named is not null && runner is null)
            validation.Add(new SpecFault("--agent", named, $"one of {string.Join(", ", ports.Roster.Runners.Select(r => r.Name))}"));
        var usesModel = choice.Runner?.Traits.UsesModel ?? true;

        var (type, description) = validation.Task(isCommand: runner is { Traits.UsesModel: false });
        var cwd = validation.Cwd();
        var agent = choice.Runner?.Name ?? "";
        var canTalk = choice.Runner is null or { Voice: not null };
        var budget = validation.Budget(usesModel);
        var onFailure = validation.OnFailure();
        var (integrate, into) = validation.Integrate(cwd);
        var (start, recurs) = validation.Start(ports.Time.GetUtcNow(), ports.Time.LocalTimeZone);
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
            Queue = validation.Queue(),
            Priority = validation.Priority(),
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
            Start = start,
            Recurs = recurs,
            Cwd = cwd,
            Context = validation.Context(cwd),
            ParentSession = order.ParentSession,
            Rehearsal = rehearsal && usesModel,
            Environment = site.Environment(order),
            SecretNames = [.. order.Secrets.Keys.Order(StringComparer.Ordinal)],
            RequiredSecrets = rehearsal ? [] : [.. RequiredSecrets(choice.Availability, order)],
        };
        if (validation.Faults.Count == 0 && choice.Runner is { } chosen)
        {
            foreach (var fault in chosen.Validate(spec)) validation.Add(fault);
            if (PriceFault(ports, chosen, spec) is { } unpriced) validation.Add(unpriced);
        }

        if (validation.Faults.Count > 0) return new SpecAnswer.Faulty(validation.Faults);
        if (choice.Runner is null) return new SpecAnswer.NoAgent("no agent can run here: none is installed with a credential", choice.Missing);
        if (choice.Availability is { Missing: { } missing }) return new SpecAnswer.NoAgent($"the agent '{choice.Runner.Name}' cannot run: {missing}", []);
        var notices = Notices(spec);
        if (QueueNames.Notice(spec.Queue, settings.Queues) is { } unknown) notices.Add(unknown);
        if (!usesModel && order.Tokens is not null) notices.Add($"the agent '{spec.Agent}' calls no model: a token budget limits nothing there");
        return new SpecAnswer.Made(spec, choice, notices);
    }

    /// <summary>Money can be limited only where it can be counted.</summary>
    public static SpecFault? PriceFault(EnginePorts ports, IRunner runner, TaskSpec spec) =>
        spec.Budget.CostUsd is not null && runner.ModelAsked(spec) is { } model && ports.Gateway.MissingPrice(model) is { } next
            ? new SpecFault("--model", model, $"a model whose price is known, as its money is limited (--max-cost); {next}")
            : null;

    /// <summary>What holds the credential, and the proxy's address where a login in it makes it a secret: without it the task would go past the proxy.</summary>
    private static IEnumerable<string> RequiredSecrets(AgentAvailability? availability, LaunchOrder order)
    {
        var proxy = CallerProxy.VariableFor(availability?.Upstream, LaunchSite.Variables(order));
        return (availability?.RequiredSecrets ?? []).Concat(proxy is not null && order.Secrets.ContainsKey(proxy) ? [proxy] : []);
    }

    /// <summary>The rehearsal model serves on request only, never because something is missing.</summary>
    private static bool IsRehearsal(LaunchOrder order) =>
        order.Model == Launcher.RehearsalModel
        || (order.Model?.StartsWith(Launcher.RehearsalModel + "/", StringComparison.Ordinal) ?? false)
        || order.Environment.GetValueOrDefault(Launcher.RehearsalVariable) is { Length: > 0 } and not "0";

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
}

internal abstract record SpecAnswer
{
    private SpecAnswer()
    {
    }

    public sealed record Made(TaskSpec Spec, AgentChoice Choice, IReadOnlyList<string> Notices) : SpecAnswer;

    public sealed record Faulty(IReadOnlyList<SpecFault> Faults) : SpecAnswer;

    public sealed record NoAgent(string Why, IReadOnlyList<string> Missing) : SpecAnswer;
}
