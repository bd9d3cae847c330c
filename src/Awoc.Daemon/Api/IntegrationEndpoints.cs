using System.Globalization;
using Awoc.Client.Wire;
using Awoc.Core.Agents;
using Awoc.Core.Integration;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Engine.Integration;

namespace Awoc.Daemon.Api;

/// <summary>Results on their way into the user's files, and out of them again.</summary>
internal static class IntegrationEndpoints
{
    private const string By = "the user";
    private const int MostWords = 100_000;
    private const int ShownConflict = 200;

    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/tasks/{reference}/integrate", IntegrateAsync).WithName("integrate").Produces<IntegrateReply>()
            .Produces<Problem>(StatusCodes.Status400BadRequest).Produces<Problem>(StatusCodes.Status409Conflict);
        api.MapPost("/tasks/{reference}/integrate/undo", UndoAsync).WithName("undo").Produces<UndoReply>().Produces<Problem>(StatusCodes.Status409Conflict);
    }

    public static QualityView Of(IntegrationQuality quality) => new(
        Math.Round(quality.Score, 4), quality.ContractFindings, quality.TargetLines, quality.TargetLinesKept, quality.DuplicatesAvoided, quality.Conflicts, quality.DanglingLinks);

    private static async Task<IResult> IntegrateAsync(
        string reference, IntegrateRequest request, ITaskStore store, Integrator integrator, TaskViews views, CancellationToken cancellation)
    {
        var (task, problem) = await store.ResolveAsync(reference, cancellation);
        if (task is null) return problem!;
        List<SpecFault> faults = [];
        var mode = IntegrationMode.Auto;
        if (request.Mode is { } word && !SnakeCase.TryParse(word, out mode)) faults.Add(new SpecFault("MODE", word, string.Join(", ", SnakeCase.All<IntegrationMode>())));
        if (!Path.IsPathFullyQualified(request.Cwd) || request.Cwd.Contains('\0', StringComparison.Ordinal)) faults.Add(new SpecFault("cwd", request.Cwd, "an absolute path"));
        var words = Number("--max-words", request.MaxWords, MostWords, faults);
        var tokens = Number("--max-tokens", request.MaxTokens, int.MaxValue, faults);
        if (faults.Count > 0) return Problems.Invalid(faults);
        var order = new IntegrationOrder
        {
            By = By,
            Mode = mode,
            Into = request.Into,
            Cwd = request.Cwd,
            DryRun = request.DryRun,
            Force = request.Force,
            AllowOutside = request.AllowOutside,
            Marks = !request.NoMarks,
            Base = request.Base,
        };
        if (words is { } most) order = order with { MaxWords = most };
        if (tokens is { } room) order = order with { MaxTokens = room };
        return await integrator.IntegrateAsync(task, order, cancellation) switch
        {
            IntegrationEnd.Done(var report) => Results.Json(Of(report, request.DryRun, views), WireJson.Default.IntegrateReply),
            IntegrationEnd.Refused(var why) => Problems.Refused(why),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private static async Task<IResult> UndoAsync(
        string reference, UndoRequest request, ITaskStore store, Integrator integrator, TaskViews views, CancellationToken cancellation)
    {
        var (task, problem) = await store.ResolveAsync(reference, cancellation);
        if (task is null) return problem!;
        List<SpecFault> faults = [];
        var number = Number("--undo", request.Number, int.MaxValue, faults);
        if (faults.Count > 0) return Problems.Invalid(faults);
        return await integrator.UndoAsync(task, number, By, request.DryRun, cancellation) switch
        {
            UndoEnd.Done done => Results.Json(
                new UndoReply(views.Of(done.Task), done.Record.Number, done.Record.Target, done.Changed, done.Diff, done.DryRun ? true : null),
                WireJson.Default.UndoReply),
            UndoEnd.Refused(var why, var conflicts) => Problems.Refused(
                why, string.Join('\n', conflicts.Select(c => $"{c.Where}: there stands '{Cut(c.Target)}', the undo would make it '{Cut(c.Result)}'"))),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private static IntegrateReply Of(IntegrationReport report, bool dryRun, TaskViews views) => new()
    {
        Task = views.Of(report.Task),
        Mode = report.Mode.Text(),
        Why = report.Why,
        Target = report.Target,
        Changed = report.Changed,
        DryRun = dryRun ? true : null,
        Number = report.Number,
        Diff = report.Diff,
        Conflicts = [.. report.Conflicts.Select(c => new ConflictView(c.Where, c.Line, c.Target, c.Result))],
        Dangling = report.Dangling,
        Quality = Of(report.Quality),
        Content = report.Content,
        IsWhole = report.IsWhole ? true : null,
        Notices = report.Notices,
    };

    private static int? Number(string field, string? text, int most, List<SpecFault> faults)
    {
        if (text is null) return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most) return number;
        faults.Add(new SpecFault(field, text, string.Create(CultureInfo.InvariantCulture, $"a whole number from 1 to {most}")));
        return null;
    }

    private static string Cut(string text)
    {
        var line = text.ReplaceLineEndings("⏎");
        return line.Length <= ShownConflict ? line : $"{line.AsSpan(0, ShownConflict)}…";
    }
}
