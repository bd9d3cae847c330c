using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Awoc.Client.Wire;
using Awoc.Engine.Launching;

namespace Awoc.Daemon.Workflows;

/// <summary>What a run launches, as the batch that it is: the same for a plan of it.</summary>
internal static class RunOrder
{
    private const int SuffixDigits = 6;
    private const int KeyedDigits = 10;

    /// <summary>The same for the same key, whenever it comes: longer then, for no other run may have it.</summary>
    public static string NameOf(string workflow, string? idempotencyKey) => $"{workflow}-" + (idempotencyKey is null
        ? RandomNumberGenerator.GetHexString(SuffixDigits, lowercase: true)
        : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(idempotencyKey)))[..KeyedDigits]);

    /// <param name="name">The run's, which is its tasks' group.</param>
    public static BatchOrder Of(PlannedRun run, string name, WorkflowRequest request)
    {
        return new BatchOrder([.. run.Launches.Select(Entry)])
        {
            Group = name,
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
