using Awoc.Client.Wire;
using Awoc.Core.Agents;
using Awoc.Core.Tasks;
using Awoc.Engine.Launching;
using Awoc.Plans;
using Awoc.Plans.Workflows;

namespace Awoc.Daemon.Workflows;

/// <summary>A workflow's tasks as orders of the engine, and the faults of these as places in the file.</summary>
internal static class StepOrders
{
    /// <summary>The directory that the task works in.</summary>
    public static string Cwd(BoundTask task, WorkflowRequest request) =>
        task.Values.TryGetValue("cwd", out var own) && !own.Contains('\0', StringComparison.Ordinal) ? Path.GetFullPath(own, request.Cwd) : request.Cwd;

    /// <param name="environment">The very same object for all tasks of a run, and so <paramref name="secrets"/>.</param>
    public static LaunchOrder Of(
        string workflow, BoundTask task, WorkflowRequest request, IReadOnlyDictionary<string, string> environment, IReadOnlyDictionary<string, string> secrets)
    {
        var name = $"{workflow}.{task.Key}";
        return new LaunchOrder
        {
            Task = (Value("type"), Value("description")) switch
            {
                (null, var description) => $"{Core.Catalog.TaskType.CustomName}:{description}",
                (var type, null) => type,
                var (type, description) => $"{type}:{description}",
            },
            Output = Value("output"),
            Model = Value("model"),
            Tokens = Value("tokens"),
            Timeout = Value("timeout"),
            StallTimeout = Value("stall_timeout"),
            MaxCost = Value("max_cost"),
            MaxInputTokens = Value("max_input_tokens"),
            MaxTurns = Value("max_turns"),
            OnBudget = Value("on_budget"),
            OnFailure = Value("on_failure"),
            Retry = Value("retry"),
            MaxTotalTokens = Value("max_total_tokens"),
            MaxTotalTime = Value("max_total_time"),
            Permissions = Value("permissions"),
            Record = Value("record") == "true",
            Agent = Value("agent"),
            Cwd = Cwd(task, request),
            Context = task.Context,
            Name = OrderNames.IsName(name) ? name : null,
            Queue = Value("queue"),
            Priority = Value("priority"),
            Overwrite = Value("overwrite") == "true",
            AllowOutside = Value("allow_outside") == "true",
            Schema = Value("schema"),
            Strict = Value("strict") == "true",
            Mends = Value("mends"),
            Integrate = Value("integrate"),
            ParentSession = request.ParentSession,
            Environment = environment,
            Secrets = secrets,
        };

        string? Value(string field) => task.Values.GetValueOrDefault(field);
    }

    /// <summary>With what it waits for, by the keys of its workflow.</summary>
    public static LaunchOrder WithNeeds(LaunchOrder order, BoundTask task) => order with
    {
        After = [.. task.Task.After.Select(n => n.Text)],
        AfterAny = [.. task.Task.Any.Select(n => n.Text)],
        AfterEnded = [.. task.Task.Ended.Select(n => n.Text)],
        // Where nothing has to succeed there is nothing that could be unmet.
        OnUnmet = task.Task.After.Length + task.Task.Any.Length > 0 ? task.Values.GetValueOrDefault("on_unmet") : null,
    };

    public static PlanFault Fault(SpecFault fault, BoundTask task)
    {
        var field = fault.Field switch
        {
            "OUTPUT" => "output",
            "DESCRIPTION" or "COMMAND" => "description",
            ['T', 'Y', 'P', 'E', ..] => task.Values.ContainsKey("type") ? "type" : "description",
            ['-', '-', .. var flag] => flag.Replace('-', '_'),
            var other => other,
        };
        var at = field == WorkflowFields.ContextKey && task.Context.IndexOf(fault.Value) is >= 0 and var index ? task.Task.Context[index].At : task.At(field);
        return new PlanFault(at.Line, at.Column, $"{field} of '{task.Key}' is '{fault.Value}'; it takes {fault.Allowed}");
    }
}
