using Awoc.Core.Pacing;
using Awoc.Core.Tasks;
using Awoc.Engine.Agents;
using Awoc.Engine.Settings;
using Awoc.Engine.Supervision;

namespace Awoc.Engine.Quotas;

/// <summary>Where a task's model calls will queue up.</summary>
internal static class TaskLane
{
    /// <summary>Null for an agent that calls no model, and where its credential or its settings cannot be read now: the start itself says that better.</summary>
    public static LaneKey? Of(EnginePorts ports, AgentTask task)
    {
        if (ports.Roster.Find(task.Spec.Agent) is not { Traits.UsesModel: true } runner) return null;
        var model = runner.ModelAsked(task.Spec) ?? task.Spec.Model;
        if (task.Spec.Rehearsal) return LaneKey.Of(ports.Rehearsal.For(task.Spec), model);
        try
        {
            var variables = new Dictionary<string, string>(task.Spec.Environment);
            foreach (var (name, value) in ports.Vault.Get(task.Id)) variables[name] = value;
            return AgentRoster.Probe(runner, variables, task.Spec.Rehearsal, ports.Settings.Read(task.Spec.Cwd)).Upstream is { } upstream
                ? LaneKey.Of(upstream, model)
                : null;
        }
        catch (SettingsException)
        {
            return null;
        }
    }
}
