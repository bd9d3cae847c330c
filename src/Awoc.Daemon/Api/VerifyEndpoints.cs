using System.Text;
using Awoc.Client.Wire;
using Awoc.Core.Agents;
using Awoc.Core.Catalog;
using Awoc.Core.Contracts;
using Awoc.Core.Lifecycle;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Daemon.Settings;
using Awoc.Documents;
using Awoc.Documents.Contracts.Json;
using Awoc.Engine.Endings;
using Awoc.Engine.Homes;
using Awoc.Engine.Supervision;
using Awoc.Engine.Tasks;
using Awoc.Engine.Verifying;
using Awoc.Prompts.Catalog;

namespace Awoc.Daemon.Api;

/// <summary>Checks of results against their contracts, on request.</summary>
internal static class VerifyEndpoints
{
    private const string By = "the user";

    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/tasks/{reference}/verify", VerifyTaskAsync).WithName("verify").Produces<VerifyReply>()
            .Produces<Problem>(StatusCodes.Status404NotFound).Produces<Problem>(StatusCodes.Status409Conflict);
        api.MapPost("/verify", VerifyFileAsync).WithName("verify-file").Produces<VerifyReply>().Produces<Problem>(StatusCodes.Status400BadRequest);
    }

    private static async Task<IResult> VerifyTaskAsync(
        string reference, EnginePorts ports, TaskBook book, AwocPaths paths, CancellationToken cancellation)
    {
        var (task, problem) = await book.Store.ResolveAsync(reference, cancellation);
        if (task is null) return problem!;
        if (task.State != TaskState.Ended) return Problems.Conflict($"task {task.Id.Handle} has not ended: its result is checked when it does");
        var folder = paths.Task(task.Id);
        // Where it was brought, unless that is gone; the copy in the task's directory then.
        var kept = (string?[])[task.ResultPath, folder.Output(task.Spec.Output)];
        if (task.Result == TaskResult.None || kept.FirstOrDefault(path => path is not null && RegularFile.Is(path)) is not { } file)
            return Problems.Conflict($"task {task.Id.Handle} has no result that could be checked; 'awoc logs {task.Id.Handle}' shows what happened");
        if (!Verifier.HasContract(task.Spec, ports.Roster.Find(task.Spec.Agent)))
            return Problems.Conflict($"task {task.Id.Handle} has no contract: '{task.Spec.Agent}' runs a command, and no --schema was given. Hold its file against a type: awoc verify FILE --type TYPE");
        var check = await ports.Verifier.CheckFileAsync(Checkable.Of(task.Spec), file, cancellation);
        switch (await book.ApplyAsync(task.Id, new TaskCommand.NoteVerified(By, check.Verification, check.Findings), cancellation))
        {
            case BookEntry.Applied(var now):
                VerificationNote.Keep(ports, now, folder, check, file);
                ports.Files.Update(now);
                return Reply(task.Id.Value, file, check);
            case BookEntry.Refused(var why, _):
                return Problems.Conflict(why);
            default:
                return Problems.NotFound($"there is no task {task.Id.Handle} any more");
        }
    }

    private static async Task<IResult> VerifyFileAsync(VerifyRequest request, EnginePorts ports, YamlSettings settings, CancellationToken cancellation)
    {
        List<SpecFault> faults = [];
        var types = settings.Types(request.Cwd);
        // A schema alone holds whatever a user has made of the custom type.
        var type = request.Type is { } named ? types.Find(named) : TaskTypeCatalog.Custom;
        if (type is null) faults.Add((types.Entry(request.Type!) is { } faulty ? TaskTypeCatalog.FaultyType(faulty) : types.UnknownType(request.Type!)) with { Field = "--type" });
        if (!Path.IsPathFullyQualified(request.Cwd) || !Directory.Exists(request.Cwd)) faults.Add(new SpecFault("--cwd", request.Cwd, "a directory that exists"));
        var fileFault = Unreadable(request.Path);
        if (fileFault is not null) faults.Add(new SpecFault("FILE", request.Path, fileFault));
        var schema = request.Schema is { } path ? ReadSchema(path, faults) : null;
        if (faults.Count > 0) return Problems.Invalid(faults);
        var check = await ports.Verifier.CheckFileAsync(
            new Checkable(type!, request.Path, request.Cwd) { Schema = schema, Strict = request.Strict, Directory = Path.GetDirectoryName(request.Path) },
            request.Path, cancellation);
        return Reply(null, request.Path, check);
    }

    private static string? Unreadable(string path)
    {
        if (!Path.IsPathFullyQualified(path) || path.Contains('\0', StringComparison.Ordinal)) return "an absolute path";
        if (Directory.Exists(path)) return "a file, not a directory";
        if (RegularFile.IsOther(path)) return "a file, not a pipe or a device";
        if (!RegularFile.Is(path)) return "a file that exists";
        try
        {
            using var file = File.OpenRead(path);
            return file.Length > TextDocument.MaxBytes ? $"a file of at most {TextDocument.MaxBytes / (1024 * 1024)} MB" : null;
        }
        catch (Exception closed) when (closed is IOException or UnauthorizedAccessException)
        {
            return $"a file that can be read ({closed.Message})";
        }
    }

    private static string? ReadSchema(string path, List<SpecFault> faults)
    {
        if (Unreadable(path) is { } why)
        {
            faults.Add(new SpecFault("--schema", path, why));
            return null;
        }

        var bytes = File.ReadAllBytes(path);
        if (SchemaReader.Read(bytes, path) is not SchemaReading.Refused(var refused)) return Encoding.UTF8.GetString(JsonText.WithoutMark(bytes));
        faults.AddRange(refused.Select(fault => new SpecFault("--schema", fault.Line is { } line ? $"{path}:{line}" : path, fault.What)));
        return null;
    }

    private static IResult Reply(string? task, string file, CheckOutcome check) => Results.Json(
        new VerifyReply { Task = task, File = file, Verification = check.Verification.Text(), Findings = Views(check.Findings) }, WireJson.Default.VerifyReply);

    public static IReadOnlyList<FindingView> Views(IEnumerable<Finding> findings) =>
        [.. findings.Select(finding => new FindingView(finding.Line, finding.Severity.Text(), finding.Rule, finding.Message))];
}
