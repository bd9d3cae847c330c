using Awoc.Client.Wire;
using Awoc.Core.Tasks;
using Awoc.Engine.Launching;

namespace Awoc.Daemon.Api;

internal static class LaunchEndpoints
{
    /// <summary>Of English and code alike, near enough for an estimate.</summary>
    private const int CharactersPerToken = 4;

    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/tasks", LaunchAsync)
            .WithName("launch").Produces<LaunchReply>(StatusCodes.Status201Created).Produces<LaunchReply>().Produces<Problem>(StatusCodes.Status400BadRequest);
        api.MapPost("/batches", LaunchManyAsync)
            .WithName("launchMany").Produces<BatchReply>(StatusCodes.Status201Created).Produces<BatchReply>().Produces<Problem>(StatusCodes.Status400BadRequest);
        api.MapPost("/tasks/preview", PreviewAsync).WithName("preview").Produces<LaunchPreview>().Produces<Problem>(StatusCodes.Status400BadRequest);
    }

    private static async Task<IResult> LaunchAsync(
        LaunchRequest request, HttpContext context, Launcher launcher, TaskViews views, CancellationToken cancellation)
    {
        return await launcher.LaunchAsync(BatchOrder.Of(LaunchOrders.Of(request)), LaunchOrders.Key(context), cancellation) switch
        {
            LaunchAnswer.Launched(var tasks, var notices) => Results.Json(
                new LaunchReply(views.Of(tasks[0]), notices), WireJson.Default.LaunchReply, statusCode: StatusCodes.Status201Created),
            LaunchAnswer.Repeated(var tasks) => Results.Json(new LaunchReply(views.Of(tasks[0]), []), WireJson.Default.LaunchReply),
            var refused => Refuse(refused),
        };
    }

    private static async Task<IResult> LaunchManyAsync(
        BatchRequest request, HttpContext context, Launcher launcher, TaskViews views, CancellationToken cancellation)
    {
        var key = LaunchOrders.Key(context);
        var group = request.Group ?? LaunchOrders.GroupOf(key);
        return await launcher.LaunchAsync(LaunchOrders.Of(request, group), key, cancellation) switch
        {
            LaunchAnswer.Launched(var tasks, var notices) => Results.Json(
                new BatchReply([.. tasks.Select(t => views.Of(t))], group, notices), WireJson.Default.BatchReply, statusCode: StatusCodes.Status201Created),
            LaunchAnswer.Repeated(var tasks) => Results.Json(new BatchReply([.. tasks.Select(t => views.Of(t))], group, []), WireJson.Default.BatchReply),
            var refused => Refuse(refused),
        };
    }

    private static async Task<IResult> PreviewAsync(LaunchRequest request, DryRun dryRun, CancellationToken cancellation) =>
        await dryRun.PreviewAsync(LaunchOrders.Of(request), cancellation) switch
        {
            LaunchAnswer.Previewed(var spec, var plan, var prompt, var exactness) previewed => Results.Json(
                new LaunchPreview
                {
                    Agent = spec.Agent,
                    Model = spec.Model,
                    Rehearsal = spec.Rehearsal ? true : null,
                    Type = spec.Type,
                    Output = spec.Output,
                    Budget = BudgetViews.Of(spec.Budget, exactness),
                    Policy = BudgetViews.PolicyOf(spec),
                    BudgetExactness = exactness.Text(),
                    Argv = plan.Argv,
                    Prompt = prompt,
                    Shared = previewed.Shared,
                    Estimate = Estimate((previewed.Shared ?? "") + prompt, previewed.Past),
                    Notices = previewed.Notices,
                },
                WireJson.Default.LaunchPreview),
            var refused => Refuse(refused),
        };

    private static EstimateView Estimate(string prompt, PastUse past) => new(
        PromptTokens: (prompt.Length + CharactersPerToken - 1) / CharactersPerToken,
        past.Tasks,
        past.Tasks == 0 ? null : new SpreadView(past.Tokens.Half, past.Tokens.NineTenths),
        past.Tasks == 0 ? null : new SpreadView(past.Seconds.Half, past.Seconds.NineTenths),
        past.CostUsd is { } cost ? new SpreadView(cost.Half, cost.NineTenths) : null);

    public static IResult Refuse(LaunchAnswer answer) => answer switch
    {
        LaunchAnswer.Invalid(var faults) => Problems.Invalid(faults),
        LaunchAnswer.Conflict(var why) => Problems.Conflict(why),
        LaunchAnswer.Short(var why) => Problems.Unavailable("A shared budget has no room for it, and budgets.on_short is refuse.", why),
        LaunchAnswer.Unavailable(var why, var missing) => Problems.Unavailable(why, NextSteps(missing)),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static string NextSteps(IReadOnlyList<string> missing) => string.Join(
        '\n',
        [
            .. missing,
            "Ways on: set ANTHROPIC_API_KEY; or install Claude Code (npm install -g @anthropic-ai/claude-code) and log in with 'claude';",
            "or try it without a model: --model rehearsal; or run a shell command as a task: --agent command. 'awoc doctor' explains what was found.",
        ]);
}
