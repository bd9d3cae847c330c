using Awoc.Client.Wire;

namespace Awoc.Client;

/// <content>Workflows.</content>
public sealed partial class AwocClient
{
    /// <summary>What there is to say of a workflow file. Nothing is launched.</summary>
    public Task<WorkflowCheckView> CheckWorkflowAsync(WorkflowRequest request, CancellationToken token = default) => SendAsync(
        () => Json(HttpMethod.Post, "workflows/validate", request, WireJson.Default.WorkflowRequest), WireJson.Default.WorkflowCheckView, token);

    /// <summary>What a run would do. Nothing is launched.</summary>
    /// <exception cref="AwocException">The file has faults, or an input is missing.</exception>
    public Task<WorkflowRunView> PlanWorkflowAsync(WorkflowRequest request, CancellationToken token = default) => SendAsync(
        () => Json(HttpMethod.Post, "workflows/plan", request, WireJson.Default.WorkflowRequest), WireJson.Default.WorkflowRunView, token);

    /// <summary>
    /// Runs a workflow: launches what has not succeeded before with the same inputs, in one durable transaction. Where a run of it is
    /// under way it launches nothing and answers with that run. A request that was cut off is sent again under the same idempotency key, and
    /// answered with the run that it began.
    /// </summary>
    /// <exception cref="AwocException">The file has faults, or an input is missing.</exception>
    public Task<WorkflowRunView> RunWorkflowAsync(WorkflowRequest request, CancellationToken token = default)
    {
        var key = Guid.NewGuid().ToString("N");
        return SendAsync(
            () => Json(HttpMethod.Post, "workflows/run", request, WireJson.Default.WorkflowRequest, key), WireJson.Default.WorkflowRunView, token);
    }

    /// <summary>The newest run of a workflow with each step's newest task.</summary>
    public Task<WorkflowRunView> WorkflowAsync(string name, CancellationToken token = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return GetAsync($"workflows/{Uri.EscapeDataString(name)}", WireJson.Default.WorkflowRunView, token);
    }
}
