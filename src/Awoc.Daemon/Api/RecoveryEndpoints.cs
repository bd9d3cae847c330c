using System.Globalization;
using Awoc.Client.Wire;
using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Core.Recovery;
using Awoc.Core.Store;
using Awoc.Engine.Recovery;

namespace Awoc.Daemon.Api;

/// <summary>Ended tasks that are to go on, or whose partial result is to be taken.</summary>
internal static class RecoveryEndpoints
{
    private const string By = "the user";

    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/tasks/{reference}/retry", RetryAsync).WithName("retry").Produces<TaskView>()
            .Produces<Problem>(StatusCodes.Status400BadRequest).Produces<Problem>(StatusCodes.Status409Conflict);
        api.MapPost("/tasks/{reference}/recover", RecoverAsync).WithName("recover").Produces<TaskView>()
            .Produces<Problem>(StatusCodes.Status400BadRequest).Produces<Problem>(StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> RetryAsync(
        string reference, RetryRequest request, ITaskStore store, Reopener reopener, TaskViews views, CancellationToken cancellation)
    {
        var (task, problem) = await store.ResolveAsync(reference, cancellation);
        if (task is null) return problem!;
        List<SpecFault> faults = [];
        var order = new RetryOrder
        {
            By = By,
            Mode = Mode(request.Mode, faults),
            ExtendTimeout = Seconds("--extend-timeout", request.ExtendTimeout, Budget.MaxTimeoutSeconds, faults),
            Timeout = Seconds("--timeout", request.Timeout, Budget.MaxTimeoutSeconds, faults),
            Tokens = Tokens(request.Tokens, faults),
            Defer = Seconds("--defer", request.Defer, RetryDecider.LongestDefer, faults),
        };
        if (faults.Count > 0) return Problems.Invalid(faults);
        return Answer(await reopener.RetryAsync(task, order, request.Secrets, cancellation), views);
    }

    private static async Task<IResult> RecoverAsync(
        string reference, RecoverRequest request, ITaskStore store, Reopener reopener, TaskViews views, CancellationToken cancellation)
    {
        var (task, problem) = await store.ResolveAsync(reference, cancellation);
        if (task is null) return problem!;
        return request.Choice switch
        {
            "use" => Answer(await reopener.UseAsync(task, By, request.Overwrite, cancellation), views),
            "resume" => Answer(await reopener.RetryAsync(task, new RetryOrder { By = By, Mode = NextMode.Resume }, request.Secrets, cancellation), views),
            "reduce" => Answer(await reopener.RetryAsync(task, new RetryOrder { By = By, Mode = NextMode.Reduce }, request.Secrets, cancellation), views),
            var other => Problems.Invalid("CHOICE", other, "use, resume, reduce"),
        };
    }

    private static IResult Answer(ReopenAnswer answer, TaskViews views) => answer switch
    {
        ReopenAnswer.Done(var task) => Results.Json(views.Of(task), WireJson.Default.TaskView),
        ReopenAnswer.Conflict(var why) => Problems.Conflict(why),
        ReopenAnswer.Invalid(var fault) => Problems.Invalid([fault]),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static NextMode? Mode(string? text, List<SpecFault> faults)
    {
        switch (text)
        {
            case null: return null;
            case "resume": return NextMode.Resume;
            case "restart": return NextMode.Restart;
            case "reduce": return NextMode.Reduce;
            default:
                faults.Add(new SpecFault("mode", text, "resume, restart, reduce"));
                return null;
        }
    }

    private static long? Seconds(string field, string? text, long most, List<SpecFault> faults)
    {
        if (text is null) return null;
        if (Duration.TryParseSeconds(text, out var seconds) && seconds >= 1 && seconds <= most) return seconds;
        faults.Add(new SpecFault(field, text, $"{Duration.Allowed}, from 1 s to {Duration.Text(most)}"));
        return null;
    }

    private static long? Tokens(string? text, List<SpecFault> faults)
    {
        if (text is null) return null;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var tokens) && tokens is >= 1 and <= Budget.MaxTokens) return tokens;
        faults.Add(new SpecFault("--tokens", text, string.Create(CultureInfo.InvariantCulture, $"a whole number from 1 to {Budget.MaxTokens}")));
        return null;
    }
}
