using Awoc.Client.Wire;
using Awoc.Core.Store;
using Awoc.Engine.Budgets;
using Awoc.Engine.Questions;

namespace Awoc.Daemon.Api;

/// <summary>What a person decides about a task that lives: more of its budget, an answer.</summary>
internal static class DecisionEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/tasks/{reference}/topup", TopUpAsync)
            .WithName("topup").Produces<TaskView>().Produces<Problem>(StatusCodes.Status400BadRequest).Produces<Problem>(StatusCodes.Status409Conflict);
        api.MapPost("/tasks/{reference}/answer", AnswerAsync)
            .WithName("answer").Produces<TaskView>().Produces<Problem>(StatusCodes.Status400BadRequest).Produces<Problem>(StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> AnswerAsync(
        string reference, AnswerRequest request, ITaskStore store, Answering answering, TaskViews views, CancellationToken cancellation)
    {
        var (task, problem) = await store.ResolveAsync(reference, cancellation);
        if (task is null) return problem!;
        return await answering.AnswerAsync(task.Id, request.Answer, "the user", cancellation) switch
        {
            AnswerOutcome.Accepted(var answered) => Results.Json(views.Of(answered), WireJson.Default.TaskView),
            AnswerOutcome.Invalid(var fault) => Problems.Invalid([fault]),
            AnswerOutcome.Conflict(var why) => Problems.Conflict(why),
            _ => Problems.NotFound($"there is no task '{reference}'"),
        };
    }

    private static async Task<IResult> TopUpAsync(
        string reference, TopUpRequest request, ITaskStore store, TopUp topUp, TaskViews views, CancellationToken cancellation)
    {
        var (task, problem) = await store.ResolveAsync(reference, cancellation);
        if (task is null) return problem!;
        var order = new TopUpOrder(request.Tokens, request.Timeout, request.MaxCost, request.MaxInputTokens, request.MaxTurns);
        return await topUp.AddAsync(task.Id, order, "the user", cancellation) switch
        {
            TopUpAnswer.Raised(var raised) => Results.Json(views.Of(raised), WireJson.Default.TaskView),
            TopUpAnswer.Invalid(var faults) => Problems.Invalid(faults),
            TopUpAnswer.Conflict(var why) => Problems.Conflict(why),
            _ => Problems.NotFound($"there is no task '{reference}'"),
        };
    }
}
