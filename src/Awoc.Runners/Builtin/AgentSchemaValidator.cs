using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Awoc.Core.Agents;
using Awoc.Core.Contracts;
using Awoc.Runners.Credentials;

namespace Awoc.Runners.Builtin;

/// <summary>Runs <c>awoc-agent check-json</c>, once for each document.</summary>
public sealed class AgentSchemaValidator : ISchemaValidator
{
    /// <summary>Characters. The document stands in memory several times.</summary>
    public const int LongestDocument = 20 * 1024 * 1024;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    /// <summary>1 GB, in the runtime's hexadecimal.</summary>
    private const string MemoryLimit = "0x40000000";

    private readonly KeyCommand _noCommand = new(TimeProvider.System);

    public async Task<SchemaVerdict> CheckAsync(SchemaQuestion question, CancellationToken cancellation)
    {
        if (question.Document.Length > LongestDocument)
            return Unable($"the document has {question.Document.Length / (1024 * 1024)} MB: JSON above {LongestDocument / (1024 * 1024)} MB is not checked against a schema");
        // As for a rehearsal: no credential is needed to check a document.
        var agent = BuiltinProbe.Look(new AgentEnvironment(question.Variables, Rehearsal: true, question.Settings) { LooksOnly = true }, _noCommand);
        if (agent is not { Executable: { } program, Missing: null }) return Unable($"the schema validator cannot run: {agent.Missing ?? "awoc-agent was not found"}");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_limit);
        try
        {
            return await RunAsync(program, question, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Unable($"the schema validator did not come to an end within {s_limit.TotalSeconds:0} s: make the schema or the document simpler");
        }
        catch (Exception fault) when (fault is Win32Exception or IOException or InvalidOperationException or JsonException)
        {
            return Unable($"the schema validator {program} failed: {fault.Message}; 'awoc doctor' shows whether it can run");
        }
    }

    private static async Task<SchemaVerdict> RunAsync(string program, SchemaQuestion question, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(program, ["check-json"])
        {
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_GCHeapHardLimit"] = MemoryLimit;
        if (BuiltinProbe.NeedsRuntime(program) && DotnetRoot.Find(question.Variables) is { } root) start.Environment["DOTNET_ROOT"] = root;
        using var process = Process.Start(start) ?? throw new InvalidOperationException("it did not start");
        try
        {
            var errors = process.StandardError.ReadToEndAsync(cancellation);
            var answer = ReadAsync(process.StandardOutput.BaseStream, cancellation);
            await WriteAsync(process.StandardInput.BaseStream, question, cancellation);
            process.StandardInput.Close();
            using var document = await answer;
            await process.WaitForExitAsync(cancellation);
            return document is null
                ? Unable($"the schema validator {program} ended with code {process.ExitCode} and no answer: {Last(await errors)}")
                : Read(document.RootElement);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }

    private static async Task<JsonDocument?> ReadAsync(Stream output, CancellationToken cancellation)
    {
        using var bytes = new MemoryStream();
        await output.CopyToAsync(bytes, cancellation);
        return bytes.Length == 0 ? null : JsonDocument.Parse(bytes.GetBuffer().AsMemory(0, (int)bytes.Length));
    }

    // {"schema":"{…}","text":"{…}"}
    private static async Task WriteAsync(Stream input, SchemaQuestion question, CancellationToken cancellation)
    {
        try
        {
            await using var json = new Utf8JsonWriter(input);
            json.WriteStartObject();
            json.WriteString("schema"u8, question.Schema);
            json.WriteString("text"u8, question.Document);
            json.WriteEndObject();
            await json.FlushAsync(cancellation);
        }
        catch (IOException)
        {
            // It has ended before it heard all: its answer or its exit code says why.
        }
    }

    // {"findings":[{"line":3,"where":"/a","message":"must be a text"}],"more":0,"error":"…"}
    private static SchemaVerdict Read(JsonElement root)
    {
        if (root.Text("error") is { } error) return Unable(error);
        var findings = root.Items("findings").Select(item => new Finding(
            "schema",
            item.Text("where") is { Length: > 0 } where ? $"{where} {item.Text("message")}" : $"the document {item.Text("message")}",
            item.Whole("line") is { } line ? (int)line : null,
            FindingSeverity.Error)).ToList();
        if (root.Whole("more") is > 0 and var more) findings.Add(new Finding("schema", $"{more} more places break the schema", null, FindingSeverity.Error));
        return new SchemaVerdict(findings);
    }

    private static SchemaVerdict Unable(string why) => new([], why);

    private static string Last(string errors) =>
        errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() is { } line
            ? line.Length > 300 ? line[..300] : line
            : "it said nothing";
}
