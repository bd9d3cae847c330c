using Awoc.Client.Wire;
using Awoc.Core.Agents;
using Awoc.Core.Catalog;
using Awoc.Core.Tasks;
using Awoc.Engine.Contexts;
using Awoc.Engine.Launching;
using Awoc.Engine.Settings;
using Awoc.Engine.Supervision;

namespace Awoc.Daemon.Api;

/// <summary>Contexts that tasks share, prepared before there is a task.</summary>
internal static class CacheEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/cache/warm", WarmAsync).WithName("warm-cache").Produces<CacheWarmReply>().Produces<Problem>(StatusCodes.Status400BadRequest);
        api.MapGet("/cache", ListAsync).WithName("cache").Produces<CacheList>();
        api.MapPost("/cache/clear", ClearAsync).WithName("clear-cache").Produces<CacheList>().Produces<Problem>(StatusCodes.Status400BadRequest);
    }

    private static async Task<IResult> WarmAsync(
        CacheWarmRequest request, EnginePorts ports, DryRun dryRun, PrefixWarmer warmer, CancellationToken cancellation)
    {
        if (!Path.IsPathFullyQualified(request.Cwd) || !Directory.Exists(request.Cwd)) return Problems.Invalid("--cwd", request.Cwd, "a directory that exists");
        var catalog = ports.Settings.Types(request.Cwd);
        List<TaskType> types = [];
        List<SpecFault> faults = [];
        foreach (var name in request.Types.Select(t => t ?? "").Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (catalog.Find(name) is { } type) types.Add(type);
            else faults.Add(catalog.UnknownType(name));
        }

        if (request.Types.Count == 0) faults.Add(new SpecFault("TYPE", "", "at least one task type"));
        if (faults.Count > 0) return Problems.Invalid(faults);

        var prepared = await ports.Contexts.Prepared.PrepareAsync(types, request.Cwd, ports.Settings.Read(request.Cwd).Contexts, cancellation);
        var contexts = prepared.Select(c => View(c) with { Fresh = true }).ToList();
        if (request.Local) return Reply(contexts, null, []);

        // One request does for all types: what they share stands before what is a type's own.
        var order = new LaunchOrder
        {
            Task = types[0].Name,
            Cwd = request.Cwd,
            Agent = request.Agent,
            Model = request.Model,
            Environment = Given(request.Environment),
            Secrets = Given(request.Secrets),
        };
        switch (await dryRun.PreviewAsync(order, cancellation))
        {
            case LaunchAnswer.Previewed { Spec: { Model: not null } spec }:
                var warming = await warmer.WarmAsync(spec, order.Secrets, request.Hour, cancellation);
                var usage = warming.Usage;
                return Reply(
                    contexts,
                    new CacheProviderView(
                        spec.Agent,
                        spec.Model,
                        spec.Rehearsal ? true : null,
                        new UsageView(usage.Output, usage.Thinking, usage.Input, usage.CacheRead, usage.CacheWrite, usage.CostUsd, usage.Estimated ? true : null),
                        warming.Until,
                        warming.Error),
                    []);
            case LaunchAnswer.Previewed:
                return Reply(contexts, null, ["this agent calls no model: the provider's cache is left as it is"]);
            case LaunchAnswer.Unavailable(var why, _):
                return Reply(contexts, null, [$"the provider's cache is left as it is: {why}"]);
            case LaunchAnswer.Invalid(var wrong):
                return Problems.Invalid(wrong);
            default:
                return Reply(contexts, null, ["the provider's cache is left as it is"]);
        }
    }

    private static async Task<IResult> ListAsync(EnginePorts ports, CancellationToken cancellation)
    {
        List<CacheContextView> views = [];
        foreach (var context in ports.Contexts.Prepared.All())
        {
            var settings = ports.Settings.Read(Directory.Exists(context.Root) ? context.Root : null).Contexts;
            views.Add(View(context) with { Fresh = await PreparedContexts.IsFreshAsync(context, settings, cancellation) });
        }

        return Results.Json(new CacheList(views), WireJson.Default.CacheList);
    }

    private static async Task<IResult> ClearAsync(CacheClearRequest request, EnginePorts ports, CancellationToken cancellation)
    {
        var types = request.Types ?? [];
        if (!request.All && types.Count == 0) return Problems.Invalid("TYPE", "", "a task type, or --all");
        var root = request.Cwd is { } cwd && Directory.Exists(cwd) ? await RepositoryFiles.RootOfAsync(cwd, cancellation) : request.Cwd;
        var gone = ports.Contexts.Prepared.Clear(context => request.All || (context.Root == root && types.Contains(context.Type, StringComparer.OrdinalIgnoreCase)));
        return Results.Json(new CacheList([.. gone.Select(View)]), WireJson.Default.CacheList);
    }

    private static IResult Reply(IReadOnlyList<CacheContextView> contexts, CacheProviderView? provider, IReadOnlyList<string> notices) =>
        Results.Json(new CacheWarmReply(contexts, provider, notices), WireJson.Default.CacheWarmReply);

    private static CacheContextView View(PreparedContext context) => new()
    {
        Type = context.Type,
        Directory = context.Root,
        Tokens = context.Tokens,
        Files = context.Files,
        Symbols = context.Symbols,
        Sha = context.Sha,
        BuiltAt = context.BuiltAt,
    };

    private static Dictionary<string, string> Given(IReadOnlyDictionary<string, string> variables) =>
        variables.Where(v => v.Value is not null).ToDictionary(v => v.Key, v => v.Value);
}
