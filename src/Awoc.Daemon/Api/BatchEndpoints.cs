using System.Globalization;
using Awoc.Client.Wire;
using Awoc.Core.Agents;
using Awoc.Core.Catalog;
using Awoc.Core.Tasks;
using Awoc.Engine.Launching;
using Awoc.Engine.Settings;
using Awoc.Plans.Batches;
using Awoc.Prompts.Catalog;

namespace Awoc.Daemon.Api;

/// <summary>Batch files: read, checked and planned. What comes of it is launched as any other batch.</summary>
internal static class BatchEndpoints
{
    public static void Map(RouteGroupBuilder api) =>
        api.MapPost("/batches/plan", PlanAsync).WithName("planBatch").Produces<BatchPlanView>().Produces<Problem>(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> PlanAsync(BatchPlanRequest request, BatchPlanner planner, ISettingsSource settings, CancellationToken cancellation)
    {
        var (file, faults) = BatchReader.Read(request.Text, request.File);
        if (file is null) return Faulty([.. faults.Select(f => new BatchFaultView(f.Line, f.Column, f.What))]);
        var tasks = file.Tasks.Select(t => new BatchTask(t.Key, LaunchOf(t, request))).ToList();
        var batch = new BatchRequest { Tasks = tasks, Group = request.Group ?? file.Group, MaxCost = request.MaxCost ?? file.MaxCost };
        var group = batch.Group ?? LaunchOrders.GroupOf(null);
        var outlook = await planner.LookAsync(LaunchOrders.Of(batch with { Environment = request.Environment, Secrets = request.Secrets }, group), cancellation);
        if (outlook.Faults.Count > 0) return Faulty([.. outlook.Faults.Select(f => Placed(f, file)).Distinct().OrderBy(f => f.Line).ThenBy(f => f.Column)]);
        if (outlook.NoAgent is { } none) return LaunchEndpoints.Refuse(none);

        var sets = RelatedTasks.Sets([.. outlook.Tasks.Select(t => new Relation(Kin(t.Spec), t.Spec.Context))]);
        var estimate = BatchEstimate.Of(outlook.Tasks, outlook.Slots);
        var most = LimitOf(batch.MaxCost, estimate);
        return Results.Json(
            new BatchPlanView
            {
                Batch = batch with { Group = group, Tasks = [.. sets.SelectMany(set => set).Select(at => tasks[at])] },
                Sets = [.. sets.Select(set => Set(set, outlook, file))],
                Estimate = new BatchEstimateView(
                    estimate.Tasks, estimate.Known,
                    new RangeView(estimate.Tokens.Low, estimate.Tokens.High),
                    new RangeView(estimate.CostUsd.Low, Lesser(estimate.CostUsd.High, most)),
                    new RangeView(estimate.Seconds.Low, estimate.Seconds.High),
                    estimate.MostTokens, most),
                Confirm = Confirm(settings.Read(null), estimate.MostTokens, Lesser(estimate.CostUsd.High, most)),
                Notices = outlook.Notices,
            },
            WireJson.Default.BatchPlanView);
    }

    private static IResult Faulty(IReadOnlyList<BatchFaultView> faults) => Results.Json(new BatchPlanView { Faults = faults }, WireJson.Default.BatchPlanView);

    /// <summary>What has to be alike for one prompt prefix to serve several tasks.</summary>
    private static string Kin(TaskSpec spec) => string.Join('\n', spec.Agent, spec.Model, spec.Cwd, TaskTypeCatalog.Of(spec).Family.Text());

    private static BatchSetView Set(IReadOnlyList<int> set, BatchOutlook outlook, BatchFile file)
    {
        var spec = outlook.Tasks[set[0]].Spec;
        return new BatchSetView(
            [.. set.Select(at => file.Tasks[at].Key ?? outlook.Tasks[at].Spec.Name ?? (at + 1).ToString(CultureInfo.InvariantCulture))],
            spec.Agent, spec.Model, spec.Cwd, TaskTypeCatalog.Of(spec).Family.Text(),
            set.SelectMany(at => outlook.Tasks[at].Spec.Context).Distinct().Count());
    }

    private static decimal? LimitOf(string? maxCost, BatchEstimate estimate) =>
        maxCost is null ? estimate.MostUsd : decimal.Parse(maxCost, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);

    private static decimal? Lesser(decimal? one, decimal? other) => one is { } a && other is { } b ? Math.Min(a, b) : one ?? other;

    /// <summary>Why a person's word is asked before so much may be spent; null where it need not be.</summary>
    public static string? Confirm(AwocSettings settings, long tokens, decimal? most)
    {
        if (tokens > settings.ConfirmTokens)
            return string.Create(CultureInfo.InvariantCulture, $"its token budgets come to {tokens:#,0}, more than the {settings.ConfirmTokens:#,0} of batch.confirm_tokens");
        return most > settings.ConfirmUsd
            ? string.Create(CultureInfo.InvariantCulture, $"it may cost {most:0.00} dollars, more than the {settings.ConfirmUsd:0.00} of batch.confirm_cost")
            : null;
    }

    private static BatchFaultView Placed(SpecFault fault, BatchFile file)
    {
        var task = file.Tasks[fault.Index ?? 0];
        var field = fault.Field switch
        {
            ['-', '-', .. var flag] => flag.Replace('-', '_'),
            "OUTPUT" => "output",
            "KEY" => "key",
            ['T', 'Y', 'P', 'E', ..] => task.Values.ContainsKey("type") ? "type" : "description",
            "DESCRIPTION" or "COMMAND" => "description",
            var other => other,
        };
        var at = task.PlaceOf(field);
        var whose = fault.Task is { } label ? $" of task {label}" : "";
        return new BatchFaultView(at.Line, at.Column, $"{field}{whose} is '{fault.Value}'; it takes {fault.Allowed}");
    }

    private static LaunchRequest LaunchOf(BatchFileTask task, BatchPlanRequest request)
    {
        var cwd = task.Value("cwd") is { } own && !own.Contains('\0', StringComparison.Ordinal) ? Path.GetFullPath(own, request.Cwd) : request.Cwd;
        return new LaunchRequest
        {
            Task = task.Value("task") ?? (task.Value("type"), task.Value("description")) switch
            {
                (null, var description) => $"{TaskType.CustomName}:{description}",
                (var type, null) => type,
                var (type, description) => $"{type}:{description}",
            },
            Output = task.Value("output"),
            Model = task.Value("model"),
            Tokens = task.Value("tokens"),
            Timeout = task.Value("timeout"),
            StallTimeout = task.Value("stall_timeout"),
            MaxCost = task.Value("max_cost"),
            MaxInputTokens = task.Value("max_input_tokens"),
            MaxTurns = task.Value("max_turns"),
            OnBudget = task.Value("on_budget"),
            OnFailure = task.Value("on_failure"),
            Retry = task.Value("retry"),
            MaxTotalTokens = task.Value("max_total_tokens"),
            MaxTotalTime = task.Value("max_total_time"),
            Permissions = task.Value("permissions"),
            Record = task.Value("record") == "true",
            Agent = task.Value("agent"),
            Cwd = cwd,
            Context = task.List("context"),
            Name = task.Value("name"),
            Group = task.Value("group"),
            Queue = task.Value("queue"),
            Priority = task.Value("priority"),
            After = task.List("after"),
            AfterAny = task.List("after_any"),
            AfterEnded = task.List("after_ended"),
            OnUnmet = task.Value("on_unmet"),
            At = task.Value("at"),
            In = task.Value("in"),
            Cron = task.Value("cron"),
            Zone = task.Value("zone") ?? request.Zone,
            Overwrite = task.Value("overwrite") == "true",
            AllowOutside = task.Value("allow_outside") == "true",
            Schema = task.Value("schema"),
            Strict = task.Value("strict") == "true",
            Mends = task.Value("mends"),
            Integrate = task.Value("integrate"),
            ParentSession = request.ParentSession,
        };
    }
}
