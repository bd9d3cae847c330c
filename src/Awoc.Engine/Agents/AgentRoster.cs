using Awoc.Core.Agents;
using Awoc.Engine.Settings;

namespace Awoc.Engine.Agents;

/// <summary>The agents there are, and the choice among them.</summary>
/// <param name="runners">In the order in which they are tried when nobody names one.</param>
public sealed class AgentRoster(IReadOnlyList<IRunner> runners)
{
    public IReadOnlyList<IRunner> Runners { get; } = runners;

    public IRunner? Find(string name) => Runners.FirstOrDefault(r => r.Name == name);

    /// <param name="looksOnly">Nothing is to be launched: no command of the user's is run.</param>
    public static AgentAvailability Probe(
        IRunner runner, IReadOnlyDictionary<string, string> variables, bool rehearsal, AwocSettings settings, bool looksOnly = false) =>
        runner.Probe(new AgentEnvironment(variables, rehearsal, settings.ForAgent(runner.Name)) { LooksOnly = looksOnly });

    /// <summary>
    /// The first agent that calls a model, is installed and has a credential. Never the rehearsal model by itself: a job
    /// with a missing secret must not go green.
    /// </summary>
    public AgentChoice Choose(IReadOnlyDictionary<string, string> variables, bool rehearsal, AwocSettings settings, bool looksOnly = false)
    {
        List<string> missing = [];
        foreach (var runner in Runners.Where(r => r.Traits.UsesModel))
        {
            var availability = Probe(runner, variables, rehearsal, settings, looksOnly);
            if (availability.CanRun) return new AgentChoice(runner, availability, []);
            missing.Add($"{runner.Name}: {availability.Missing}");
        }

        return new AgentChoice(null, null, missing);
    }
}

/// <param name="Missing">Of each agent that cannot run: what it lacks.</param>
public sealed record AgentChoice(IRunner? Runner, AgentAvailability? Availability, IReadOnlyList<string> Missing);
