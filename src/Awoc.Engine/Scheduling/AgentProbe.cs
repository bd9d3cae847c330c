using Awoc.Core.Agents;
using Awoc.Core.Tasks;
using Awoc.Engine.Agents;
using Awoc.Engine.Settings;
using Awoc.Engine.Supervision;

namespace Awoc.Engine.Scheduling;

/// <summary>Whether a task's agent can start by now: it could when the task was launched.</summary>
internal sealed class AgentProbe(EnginePorts ports)
{
    public AgentReadiness Look(AgentTask task)
    {
        if (ports.Roster.Find(task.Spec.Agent) is not { } runner)
            return new AgentReadiness(null, null, $"needs the agent '{task.Spec.Agent}', which this version does not have: install the one that launched it");
        try
        {
            var availability = Availability(task, runner);
            return new AgentReadiness(runner, availability, availability.Missing);
        }
        catch (SettingsException wrong)
        {
            return new AgentReadiness(runner, null, $"needs its settings: {wrong.Message}");
        }
    }

    public AgentAvailability Availability(AgentTask task, IRunner runner)
    {
        var variables = new Dictionary<string, string>(task.Spec.Environment);
        foreach (var (name, value) in ports.Vault.Get(task.Id)) variables[name] = value;
        return AgentRoster.Probe(runner, variables, task.Spec.Rehearsal, ports.Settings.Read(task.Spec.Cwd));
    }
}

/// <param name="Obstacle">What is in its way; null when it can start.</param>
internal sealed record AgentReadiness(IRunner? Runner, AgentAvailability? Availability, string? Obstacle);
