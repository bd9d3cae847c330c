using System.Text.Json;
using Awoc.Core.Tasks;
using Awoc.Core.Waiting;
using Awoc.Engine.Homes;
using Awoc.Engine.Waiting;
using Awoc.Plans.Workflows.Conditions;

namespace Awoc.Daemon.Workflows;

/// <summary>Asks a workflow's <c>when</c> of the tasks that have ended.</summary>
internal sealed class WorkflowConditions(AwocPaths paths) : IWhenCondition
{
    public WhenAnswer Evaluate(string expression, IReadOnlyDictionary<string, AgentTask> references) => ConditionParser.Parse(expression) switch
    {
        ConditionReading.Read(var condition) when condition.Tasks.FirstOrDefault(k => !references.ContainsKey(k)) is { } gone => new WhenAnswer(false, $"task '{gone}' is gone"),
        ConditionReading.Read(var condition) => new WhenAnswer(condition.Holds(new Facts(paths, references)), null),
        ConditionReading.Refused(_, var what) => new WhenAnswer(false, what),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private sealed class Facts(AwocPaths paths, IReadOnlyDictionary<string, AgentTask> tasks) : IConditionFacts
    {
        /// <summary>In bytes: what is larger is no result whose fields decide over something.</summary>
        private const long LargestJson = 64 * 1024 * 1024;

        private readonly Dictionary<string, JsonElement?> _results = new(StringComparer.Ordinal);

        public string? Outcome(string key) => tasks.GetValueOrDefault(key)?.Outcome.Text();

        public string? Reason(string key) => tasks.GetValueOrDefault(key)?.Reason.Text();

        public string? Summary(string key) => tasks.GetValueOrDefault(key)?.Summary;

        public ConditionValue Json(string key, IReadOnlyList<string> path)
        {
            if (!_results.TryGetValue(key, out var root)) _results[key] = root = Read(key);
            if (root is not { } at) return ConditionValue.None;
            foreach (var name in path)
            {
                if (at.ValueKind == JsonValueKind.Object && at.TryGetProperty(name, out var field)) at = field;
                else if (at.ValueKind == JsonValueKind.Array && int.TryParse(name, System.Globalization.NumberStyles.None, null, out var index) && index < at.GetArrayLength()) at = at[index];
                else return ConditionValue.None;
            }

            return ConditionValue.Of(at);
        }

        /// <summary>A task whose result is no JSON has no fields.</summary>
        private JsonElement? Read(string key)
        {
            if (tasks.GetValueOrDefault(key) is not { } task || task.Result == TaskResult.None) return null;
            var path = task.ResultPath is { } own && File.Exists(own) ? own : paths.Task(task.Id).Output(task.Spec.Output);
            if (!File.Exists(path) || new FileInfo(path).Length > LargestJson) return null;
            try
            {
                using var document = JsonDocument.Parse(File.ReadAllBytes(path));
                return document.RootElement.Clone();
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }
}
