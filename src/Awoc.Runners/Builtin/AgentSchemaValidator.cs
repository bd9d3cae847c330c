using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Awoc.Core.Agents;
using Awoc.Core.Contracts;
using Awoc.Runners.Credentials;

namespace Awoc.Runners.Builtin;

/// <summary>
/// Runs <c>awoc-agent check-json</c>, once for each document. A document that is too much for it is an error of the document: only a validator
/// that cannot start leaves it unchecked.
/// </summary>
public sealed class AgentSchemaValidator : ISchemaValidator
{
    /// <summary>Characters. The document stands in memory several times.</summary>
    public const int LongestDocument = 20 * 1024 * 1024;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    /// <summary>1 GB, in the runtime's hexadecimal.</summary>
    private const string MemoryLimit = "0x40000000";

    /// <summary>Bytes: 50 findings of 600 characters come to a third of it.</summary>
    private const int LongestAnswer = 1024 * 1024;

    private const int LongestErrors = 4096;

    private readonly KeyCommand _noCommand = new(TimeProvider.System);

    public async Task<SchemaVerdict> CheckAsync(SchemaQuestion question, CancellationToken cancellation)
    {
        if (question.Document.Length > LongestDocument)
            return Broken($"has {question.Document.Length / (1024 * 1024)} MB: JSON above {LongestDocument / (1024 * 1024)} MB cannot be held against a schema");
        // As for a rehearsal: no credential is needed to check a document.
        var agent = BuiltinProbe.Look(new AgentEnvironment(question.Variables, Rehearsal: true, question.Settings) { LooksOnly = true }, _noCommand);
        if (agent is not { Executable: { } program, Missing: null }) return Unable($"the schema validator cannot run: {agent.Missing ?? "awoc-agent was not found"}");
        var answer = new Answer();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_limit);
        try
        {
            return await RunAsync(program, question, answer, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return answer.Begun
                ? Broken($"took longer than {s_limit.TotalSeconds:0} s to be held against its schema: make it, or the schema, simpler")
                : Unable($"the schema validator {program} did not start within {s_limit.TotalSeconds:0} s");
        }
        catch (Exception fault) when (fault is Win32Exception or IOException or InvalidOperationException)
        {
            return answer.Begun
                ? Broken($"made the schema validator {program} fail: {fault.Message}")
                : Unable($"the schema validator {program} failed: {fault.Message}; 'awoc doctor' shows whether it can run");
        }
    }

    private static async Task<SchemaVerdict> RunAsync(string program, SchemaQuestion question, Answer answer, CancellationToken cancellation)
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
            var errors = LastAsync(process.StandardError, cancellation);
            var reading = answer.ReadAsync(process.StandardOutput.BaseStream, cancellation);
            await WriteAsync(process.StandardInput, question, cancellation);
            using var document = await reading;
            if (document is not null) return Read(document.RootElement);
            if (answer.IsTooLong) return Broken("breaks its schema in more than can be told");
            await process.WaitForExitAsync(cancellation);
            var end = $"the schema validator {program} ended with code {process.ExitCode} and no answer: {await errors}";
            return answer.Begun ? Broken($"could not be held against its schema within the memory and depth there is for that: {end}") : Unable(end);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }

    // {"schema":"{…}","text":"{…}"}
    private static async Task WriteAsync(StreamWriter input, SchemaQuestion question, CancellationToken cancellation)
    {
        try
        {
            await using (var json = new Utf8JsonWriter(input.BaseStream))
            {
                json.WriteStartObject();
                json.WriteString("schema"u8, question.Schema);
                json.WriteString("text"u8, question.Document);
                json.WriteEndObject();
                await json.FlushAsync(cancellation);
            }

            input.Close();
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

    private static SchemaVerdict Broken(string why) => new([new Finding("schema", $"the document {why}", null, FindingSeverity.Error)]);

    /// <summary>The last line that it wrote.</summary>
    private static async Task<string> LastAsync(StreamReader errors, CancellationToken cancellation)
    {
        var end = new StringBuilder();
        var buffer = new char[LongestErrors];
        while (await errors.ReadAsync(buffer, cancellation) is > 0 and var read)
        {
            end.Append(buffer, 0, read);
            if (end.Length > LongestErrors) end.Remove(0, end.Length - LongestErrors);
        }

        return end.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() is { } line
            ? line.Length > 300 ? line[..300] : line
            : "it said nothing";
    }

    /// <summary>What the program writes, as far as it comes.</summary>
    private sealed class Answer
    {
        /// <summary>It runs, and so has had a first look at what it was given.</summary>
        public bool Begun { get; private set; }

        public bool IsTooLong { get; private set; }

        /// <summary>Null where it is none.</summary>
        public async Task<JsonDocument?> ReadAsync(Stream output, CancellationToken cancellation)
        {
            using var bytes = new MemoryStream();
            var buffer = new byte[16 * 1024];
            while (await output.ReadAsync(buffer, cancellation) is > 0 and var read)
            {
                Begun = true;
                if (bytes.Length + read > LongestAnswer)
                {
                    IsTooLong = true;
                    return null;
                }

                bytes.Write(buffer, 0, read);
            }

            try
            {
                return JsonDocument.Parse(bytes.GetBuffer().AsMemory(0, (int)bytes.Length));
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }
}
