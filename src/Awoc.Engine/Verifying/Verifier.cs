using System.Text;
using Awoc.Core.Agents;
using Awoc.Core.Contracts;
using Awoc.Core.Prompts;
using Awoc.Core.Tasks;
using Awoc.Documents.Contracts;
using Awoc.Documents.Contracts.Citations;
using Awoc.Documents.Contracts.Json;
using Awoc.Engine.Endings;
using Awoc.Engine.Settings;

namespace Awoc.Engine.Verifying;

/// <summary>Checks a result against its type's contract, its schema and the files it speaks of. Offline; the same bytes and files give the same answer.</summary>
public sealed class Verifier(ISchemaValidator schemas, ISettingsSource settings)
{
    public const string BuiltinAgent = "builtin";

    /// <summary>A command's output has a contract only where the user gave one.</summary>
    public static bool HasContract(TaskSpec spec, IRunner? runner) => runner is not { Traits.UsesModel: false } || spec.Schema is not null;

    /// <summary>Of a task's produced output.</summary>
    public Task<CheckOutcome> CheckAsync(TaskSpec spec, ProducedOutput produced, CancellationToken cancellation) => produced switch
    {
        ProducedOutput.Nothing => System.Threading.Tasks.Task.FromResult(CheckOutcome.Unchecked),
        ProducedOutput.Said(var text) => CheckAsync(Checkable.Of(spec), Encoding.UTF8.GetBytes(text), cancellation),
        _ => CheckFileAsync(Checkable.Of(spec), produced.File!, cancellation),
    };

    public async Task<CheckOutcome> CheckFileAsync(Checkable what, string path, CancellationToken cancellation)
    {
        var size = new FileInfo(path).Length;
        if (size <= TextSize.Most) return await CheckAsync(what, await File.ReadAllBytesAsync(path, cancellation), cancellation);
        return CheckOutcome.Of([new Finding(
            Rules.NotText, $"it has {size / (1024 * 1024)} MB: results above {TextSize.Most / (1024 * 1024)} MB are not checked", null, FindingSeverity.Error)]);
    }

    public async Task<CheckOutcome> CheckAsync(Checkable what, byte[] content, CancellationToken cancellation)
    {
        var format = what.Schema is null ? OutputFormats.Of(what.Name) : OutputFormat.Json;
        var check = ContractCheck.Check(what.Type, format, content, what.Name);
        var findings = check.Findings.ToList();
        var unable = new List<string>();
        if (format == OutputFormat.Json && findings.Count == 0 && (what.Schema ?? JsonContract.SchemaOf(what.Type)) is { } schema)
        {
            await KeepAsync("it was not checked against its schema", async () =>
                await CheckSchemaAsync(what, schema, check.Document!.Text, findings, cancellation));
        }

        if (check.Outline is { } outline)
        {
            await KeepAsync("the files that it names were not looked at", () =>
            {
                findings.AddRange(CitationCheck.Check(CitationScan.Find(outline, cancellation), what.Cwd, what.Directory ?? what.Cwd, what.Strict, cancellation));
                return System.Threading.Tasks.Task.FromResult<string?>(null);
            });
        }

        return CheckOutcome.Of(findings, unable.Count == 0 ? null : string.Join("; ", unable));

        // What one part of the check found holds, whatever becomes of another.
        async System.Threading.Tasks.Task KeepAsync(string consequence, Func<Task<string?>> part)
        {
            try
            {
                if (await part() is { } why) unable.Add($"{consequence}: {why}");
            }
            catch (Exception broken) when (broken is IOException or UnauthorizedAccessException or SettingsException)
            {
                unable.Add($"{consequence}: {broken.Message}");
            }
        }
    }

    /// <summary>Why it could not be checked; null when it was.</summary>
    private async Task<string?> CheckSchemaAsync(Checkable what, string schema, string document, List<Finding> findings, CancellationToken cancellation)
    {
        switch (SchemaReader.Read(schema, "the schema"))
        {
            case SchemaReading.Valid { Enforced: var enforced }:
                // The user's own file: the project's lies where the agent writes.
                var agent = settings.Read(null).ForAgent(BuiltinAgent);
                var verdict = await schemas.CheckAsync(new SchemaQuestion(enforced, document, what.Variables, agent), cancellation);
                findings.AddRange(verdict.Findings);
                return verdict.Unable;
            case SchemaReading.Refused(var faults):
                return faults[0].ToString();
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }
}

/// <summary>The largest result that is looked into, in bytes.</summary>
internal static class TextSize
{
    public const long Most = Documents.TextDocument.MaxBytes;
}
