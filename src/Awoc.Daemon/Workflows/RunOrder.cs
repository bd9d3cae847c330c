using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Awoc.Client.Wire;
using Awoc.Engine.Launching;

namespace Awoc.Daemon.Workflows;

/// <summary>What a run launches, as the batch that it is: the same for a plan of it.</summary>
internal static class RunOrder
{
    private const int SuffixDigits = 6;

    public static string NewName(string workflow) => $"{workflow}-{RandomNumberGenerator.GetHexString(SuffixDigits, lowercase: true)}";

    /// <summary>SHA-256 of what was asked for; who asked, and with what environment, is not part of it.</summary>
    public static string ShaOf(WorkflowRequest request) => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(
        request with
        {
            File = "",
            Inputs = new SortedDictionary<string, string>(request.Inputs.ToDictionary(), StringComparer.Ordinal),
            ParentSession = null,
            Environment = new Dictionary<string, string>(),
            Secrets = new Dictionary<string, string>(),
        },
        WireJson.Default.WorkflowRequest)));

    /// <param name="name">The run's, which is its tasks' group.</param>
    public static BatchOrder Of(PlannedRun run, string name, WorkflowRequest request)
    {
        return new BatchOrder([.. run.Launches.Select(Entry)])
        {
            Group = name,
            RequestSha = ShaOf(request),
            MaxCost = request.MaxCost ?? run.Workflow.Budget.GetValueOrDefault("max_cost"),
            Tokens = Number("tokens"),
            InputTokens = Number("max_input_tokens"),
            Known = run.Steps.Where(s => s.Reused is not null).ToDictionary(s => s.Task.Key, s => s.Reused!.Id),
        };

        long? Number(string field) => run.Workflow.Budget.TryGetValue(field, out var text) ? long.Parse(text, CultureInfo.InvariantCulture) : null;

        BatchEntry Entry(PlannedTask step) => new(step.Task.Key, StepOrders.WithNeeds(step.Order, step.Task))
        {
            Step = new StepOrder(run.Workflow.Name, step.Decision.InputsSha, step.Task.When?.ToString()) { Replaces = step.Replaces, Reads = step.Task.Uses },
        };
    }
}
