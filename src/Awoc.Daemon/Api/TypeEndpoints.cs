using Awoc.Client.Wire;
using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Core.Catalog;
using Awoc.Core.Integration;
using Awoc.Core.Tasks;
using Awoc.Daemon.Settings;
using Awoc.Prompts;
using Awoc.Prompts.Catalog;

namespace Awoc.Daemon.Api;

internal static class TypeEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/types", (string? cwd, YamlSettings settings) =>
                Results.Json(new TypeList([.. settings.Types(cwd).Entries.Select(View)]), WireJson.Default.TypeList))
            .WithName("types").Produces<TypeList>();
        api.MapGet("/types/{name}", Show).WithName("type").Produces<TypeView>().Produces<Problem>(StatusCodes.Status400BadRequest);
        api.MapGet("/types/{name}/draft", Draft).WithName("draft-type").Produces<TypeDraftView>().Produces<Problem>(StatusCodes.Status400BadRequest);
        api.MapPost("/types/check", Check).WithName("check-types").Produces<TypeCheck>();
    }

    private static IResult Show(string name, string? cwd, YamlSettings settings, TimeProvider time)
    {
        var types = settings.Types(cwd);
        if (types.Entry(name) is not { } entry) return Problems.Invalid([types.UnknownType(name)]);
        var view = View(entry);
        return Results.Json(entry.Type is { } type ? view with { Prompt = Sample(type, cwd ?? "/", time) } : view, WireJson.Default.TypeView);
    }

    private static IResult Draft(string name, string? from, string? cwd, YamlSettings settings)
    {
        if (!TypeName.Is(name)) return Problems.Invalid("NAME", name, TypeName.Allowed);
        var types = settings.Types(cwd);
        // A type that there is already is built upon: the new one takes its place in this project.
        var below = from ?? types.Entry(name)?.Name ?? TaskType.CustomName;
        if (types.Entry(below) is not { } entry) return Problems.Invalid([types.UnknownType(below) with { Field = "--from" }]);
        if (entry.Type is not { } type) return Problems.Invalid("--from", below, $"a type without faults; it has: {entry.Faults[0]}");
        var folder = YamlSettings.ProjectTypes(cwd) ?? Path.Combine(cwd ?? "/", TypeFolder.Place);
        return Results.Json(new TypeDraftView(Path.Combine(folder, name + ".md"), TypeSkeleton.Of(name, type)), WireJson.Default.TypeDraftView);
    }

    private static IResult Check(TypeCheckRequest request, YamlSettings settings)
    {
        List<CatalogEntry> looked = request.Files.Count == 0
            ? [.. settings.Types(request.Cwd).Entries.Where(e => e.Origin != TypeOrigin.BuiltIn)]
            : [.. request.Files.Select(file => EntryOf(settings.Types(request.Cwd, file), file))];
        return Results.Json(new TypeCheck([.. looked.Select(e => e.Name)], [.. looked.SelectMany(e => e.Faults).Distinct().Select(Fault)]), WireJson.Default.TypeCheck);
    }

    private static CatalogEntry EntryOf(TaskTypeCatalog types, string file)
    {
        var name = Path.GetFileNameWithoutExtension(file);
        return types.Entries.FirstOrDefault(e => e.Path == file)
            ?? types.Entry(name)
            ?? new CatalogEntry(name, TypeOrigin.Project, file, null, [new TypeFault(file, 1, $"the file's name is the type's, and '{name}' is none: {TypeName.Allowed}")]);
    }

    private static TypeView View(CatalogEntry entry) => new()
    {
        Name = entry.Name,
        Family = entry.Type?.Family.Text(),
        Origin = entry.Origin.Text(),
        Path = entry.Path,
        Extends = entry.Extends,
        Focus = entry.Type?.Focus,
        Integration = entry.Type?.Integration.Text(),
        Method = entry.Type?.Method.Title,
        Steps = entry.Type is { } known ? [.. known.Method.Steps] : [],
        Sections = entry.Type is { } type ? [.. type.Method.Sections.Select(s => new TypeSection(s.Name, s.Key, s.Hint, s.Role.Text()))] : [],
        Contract = entry.Type is { Contract: var rules } ? new TypeContract(rules.MinWords, rules.NeedsSources) : null,
        Guidance = entry.Type?.Guidance is { Length: > 0 } guidance ? guidance : null,
        Faults = [.. entry.Faults.Select(Fault)],
    };

    private static TypeFaultView Fault(TypeFault fault) => new(fault.Path, fault.Line, fault.Message);

    /// <summary>The prompt of a task that nobody launched.</summary>
    private static string Sample(TaskType type, string cwd, TimeProvider time)
    {
        var spec = new TaskSpec
        {
            Type = type.Name,
            Definition = type,
            Description = "(the description)",
            Agent = "(the agent)",
            Model = "(the model)",
            Budget = Budget.Default,
            Cwd = cwd,
        };
        return TaskPrompt.Build(spec, TaskId.New(time), "(the output file).md", AgentTools.Default);
    }
}
