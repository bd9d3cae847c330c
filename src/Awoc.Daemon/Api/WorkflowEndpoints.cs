using System.Globalization;
using Awoc.Client.Wire;
using Awoc.Core.Agents;
using Awoc.Daemon.Workflows;
using Awoc.Engine.Launching;
using Awoc.Plans;
using Awoc.Plans.Workflows;

namespace Awoc.Daemon.Api;

internal static class WorkflowEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/workflows/validate", CheckAsync).WithName("checkWorkflow").Produces<WorkflowCheckView>();
        api.MapPost("/workflows/plan", PlanAsync).WithName("planWorkflow").Produces<WorkflowRunView>().Produces<Problem>(StatusCodes.Status400BadRequest);
        api.MapPost("/workflows/run", RunAsync).WithName("runWorkflow").Produces<WorkflowRunView>().Produces<Problem>(StatusCodes.Status400BadRequest);
        api.MapGet("/workflows/{name}", ShowAsync).WithName("workflow").Produces<WorkflowRunView>().Produces<Problem>(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> CheckAsync(WorkflowRequest request, WorkflowPlanner planner, CancellationToken cancellation)
    {
        if (WrongPlace(request) is { } wrong) return wrong;
        var (reading, faults) = await planner.CheckAsync(request, cancellation);
        return Results.Json(WorkflowViews.Of(reading.Workflow, faults), WireJson.Default.WorkflowCheckView);
    }

    private static async Task<IResult> PlanAsync(WorkflowRequest request, WorkflowPlanner planner, WorkflowViews views, CancellationToken cancellation)
    {
        if (WrongPlace(request) is { } wrong) return wrong;
        return await planner.PlanAsync(request, cancellation) switch
        {
            PlanAnswer.Planned(var run) => Results.Json(views.Plan(run, request.MaxCost), WireJson.Default.WorkflowRunView),
            var refused => Refuse(refused, request),
        };
    }

    private static async Task<IResult> RunAsync(WorkflowRequest request, HttpContext context, WorkflowRuns runs, WorkflowViews views, CancellationToken cancellation)
    {
        if (WrongPlace(request) is { } wrong) return wrong;
        return await runs.RunAsync(request, LaunchOrders.Key(context), cancellation) switch
        {
            RunAnswer.Ran ran => Results.Json(views.Of(ran), WireJson.Default.WorkflowRunView),
            RunAnswer.Repeated repeated => Results.Json(await views.OfAsync(repeated, cancellation), WireJson.Default.WorkflowRunView),
            RunAnswer.KeyReused => LaunchEndpoints.Refuse(LaunchAnswer.Conflict.KeyReused),
            RunAnswer.NotPlanned(var why) => Refuse(why, request),
            RunAnswer.UnderWay(var workflow, var run) => Problems.Conflict(
                $"the workflow {workflow} is under way (run {run}): wait for it (awoc workflow run without --fresh does), or cancel its tasks"),
            RunAnswer.Refused(LaunchAnswer.Invalid(var faults), var run) => InFile(request, [.. faults.Select(run.Place)]),
            RunAnswer.Refused(var why, _) => LaunchEndpoints.Refuse(why),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private static async Task<IResult> ShowAsync(string name, WorkflowViews views, CancellationToken cancellation) =>
        await views.NewestAsync(name, cancellation) is { } run
            ? Results.Json(run, WireJson.Default.WorkflowRunView)
            : Problems.NotFound($"no run of a workflow '{name}' is known: the name is the one in the file; run one with 'awoc workflow run FILE'");

    private static IResult? WrongPlace(WorkflowRequest request) =>
        Path.IsPathFullyQualified(request.Cwd) && Directory.Exists(request.Cwd) ? null : Problems.Invalid("--cwd", request.Cwd, "a directory that exists");

    private static IResult Refuse(PlanAnswer answer, WorkflowRequest request) => answer switch
    {
        PlanAnswer.Faulty(var faults) => InFile(request, faults),
        PlanAnswer.WrongInputs(var faults) => Problems.Invalid([.. faults.Select(f => new SpecFault("--input", f.Name, f.What))]),
        PlanAnswer.NoAgent(var why) => LaunchEndpoints.Refuse(why),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static IResult InFile(WorkflowRequest request, IReadOnlyList<PlanFault> faults) => Problems.Invalid(
        faults.Count == 1 ? $"{request.File} has a fault" : $"{request.File} has {faults.Count} faults",
        string.Join('\n', faults.Select(f => string.Create(CultureInfo.InvariantCulture, $"{request.File}:{f.Line}:{f.Column}: {f.What}"))));
}
