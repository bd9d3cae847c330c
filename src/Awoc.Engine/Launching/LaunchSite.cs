using System.Collections.Immutable;
using Awoc.Core.Tasks;
using Awoc.Engine.Agents;
using Awoc.Engine.Budgets;
using Awoc.Engine.Scheduling;
using Awoc.Engine.Settings;
using Awoc.Engine.Supervision;
using Awoc.Prompts.Catalog;

namespace Awoc.Engine.Launching;

/// <summary>What the launches of one request have in common, each read once: settings by directory, agents by where they would run, the past by type.</summary>
internal sealed class LaunchSite(EnginePorts ports)
{
    private readonly Dictionary<string, (AwocSettings Settings, TaskTypeCatalog Types)> _places = new(StringComparer.Ordinal);
    private readonly Dictionary<(string? Agent, bool Rehearsal, string Cwd, object Environment, object Secrets), AgentChoice> _choices = [];
    private readonly Dictionary<IReadOnlyDictionary<string, string>, ImmutableSortedDictionary<string, string>> _environments = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<(string Type, string Agent), IReadOnlyList<AgentTask>> _past = [];

    /// <summary>Of the user's own file: what tasks share.</summary>
    public PoolSettings Pools => field ??= ports.Settings.Read(null).Pools;

    private QueueSettings Queues => field ??= ports.Settings.Read(null).Queues;

    public (AwocSettings Settings, TaskTypeCatalog Types) At(string cwd)
    {
        if (_places.TryGetValue(cwd, out var known)) return known;
        var directory = Directory.Exists(cwd) ? cwd : null;
        return _places[cwd] = (ports.Settings.Read(directory), ports.Settings.Types(directory));
    }

    public AgentChoice Choose(string? named, LaunchOrder order, bool rehearsal)
    {
        // Tasks of one request share its environment, the very same object.
        var key = (named, rehearsal, order.Cwd, order.Environment, order.Secrets);
        if (_choices.TryGetValue(key, out var known)) return known;
        var settings = At(order.Cwd).Settings;
        if (named is null) return _choices[key] = ports.Roster.Choose(Variables(order), rehearsal, settings);
        var runner = ports.Roster.Find(named);
        return _choices[key] = new AgentChoice(runner, runner is null ? null : AgentRoster.Probe(runner, Variables(order), rehearsal, settings), []);
    }

    public ImmutableSortedDictionary<string, string> Environment(LaunchOrder order)
    {
        if (_environments.TryGetValue(order.Environment, out var known)) return known;
        return _environments[order.Environment] = order.Environment.ToImmutableSortedDictionary(StringComparer.Ordinal);
    }

    /// <summary>The newest ended tasks of a type with an agent.</summary>
    public async Task<IReadOnlyList<AgentTask>> PastAsync(string type, string agent, CancellationToken cancellation)
    {
        if (_past.TryGetValue((type, agent), out var known)) return known;
        return _past[(type, agent)] = await ports.Book.Store.RecentAsync(type, agent, PastUse.Looked, cancellation);
    }

    /// <summary>What whoever waits for the task is to know: nothing starts from its queue, or tasks of its type needed more than this one has.</summary>
    public async Task<IReadOnlyList<string>> ForewarnAsync(TaskSpec spec, CancellationToken cancellation) =>
        [.. QueueNames.Paused(spec.Queue, Queues) is { } paused ? [paused] : Array.Empty<string>(), .. await FromThePastAsync(spec, cancellation)];

    private async Task<IReadOnlyList<string>> FromThePastAsync(TaskSpec spec, CancellationToken cancellation) =>
        spec.Rehearsal || spec.Model is null || PastNeed.Of(spec, [.. (await PastAsync(spec.Type, spec.Agent, cancellation)).Take(PastNeed.Looked)]) is not { } warning
            ? []
            : [warning];

    public static Dictionary<string, string> Variables(LaunchOrder order)
    {
        var variables = new Dictionary<string, string>(order.Environment);
        foreach (var (name, value) in order.Secrets) variables[name] = value;
        return variables;
    }
}
