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
        api.MapPost("/tasks/preview", PreviewAsync).WithName("preview").Produces<LaunchPreview>().Produces<Problem>(StatusCodes.Status400BadRequest);
    }

    private static async Task<IResult> LaunchAsync(
        LaunchRequest request, HttpContext context, Launcher launcher, TaskViews views, CancellationToken cancellation)
    {
        var key = context.Request.Headers["idempotency-key"].ToString() is { Length: > 0 } given ? given : null;
        return await launcher.LaunchAsync(Order(request), key, cancellation) switch
        {
            LaunchAnswer.Launched(var task, var notices) => Results.Json(
                new LaunchReply(views.Of(task), notices), WireJson.Default.LaunchReply, statusCode: StatusCodes.Status201Created),
            LaunchAnswer.Repeated(var task) => Results.Json(new LaunchReply(views.Of(task), []), WireJson.Default.LaunchReply),
            var refused => Refuse(refused),
        };
    }

    private static async Task<IResult> PreviewAsync(LaunchRequest request, Launcher launcher, CancellationToken cancellation) =>
        await launcher.PreviewAsync(Order(request), cancellation) switch
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

    private static IResult Refuse(LaunchAnswer answer) => answer switch
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

    /// <summary>JSON may say null where the type does not.</summary>
    private static Dictionary<string, string> WithValues(IReadOnlyDictionary<string, string> variables) =>
        variables.Where(v => v.Value is not null).ToDictionary(v => v.Key, v => v.Value);

    private static LaunchOrder Order(LaunchRequest request) => new()
    {
        Task = request.Task,
        Output = request.Output,
        Model = request.Model,
        Tokens = request.Tokens,
        Timeout = request.Timeout,
        StallTimeout = request.StallTimeout,
        MaxCost = request.MaxCost,
        MaxInputTokens = request.MaxInputTokens,
        MaxTurns = request.MaxTurns,
        OnBudget = request.OnBudget,
        OnFailure = request.OnFailure,
        Retry = request.Retry,
        MaxTotalTokens = request.MaxTotalTokens,
        MaxTotalTime = request.MaxTotalTime,
        Permissions = request.Permissions,
        Record = request.Record,
        Agent = request.Agent,
        Cwd = request.Cwd,
        Context = [.. request.Context.Select(c => c ?? "")],
        Name = request.Name,
        Group = request.Group,
        Queue = request.Queue,
        Priority = request.Priority,
        After = [.. request.After.Select(r => r ?? "")],
        AfterAny = [.. request.AfterAny.Select(r => r ?? "")],
        AfterEnded = [.. request.AfterEnded.Select(r => r ?? "")],
        OnUnmet = request.OnUnmet,
        At = request.At,
        In = request.In,
        Cron = request.Cron,
        Zone = request.Zone,
        Overwrite = request.Overwrite,
        AllowOutside = request.AllowOutside,
        Schema = request.Schema,
        Strict = request.Strict,
        Mends = request.Mends,
        Integrate = request.Integrate,
        ParentSession = request.ParentSession,
        Environment = WithValues(request.Environment),
        Secrets = WithValues(request.Secrets),
    };
}
