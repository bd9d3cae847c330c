using System.Text;
using Awoc.Rehearsal.Messages;

namespace Awoc.Rehearsal.Replay;

/// <summary><c>rehearse --from ID</c>: a recorded run as a scenario, on stdout or in a file.</summary>
internal sealed class FromCommand(RehearsalArguments arguments, TextWriter stdout, TextWriter stderr, IRecordedRuns runs)
{
    private const int Failed = 1;
    private const int Usage = 2;

    /// <summary>Shorter values (a "1", a "yes") are no secrets, and would black out half the text.</summary>
    private const int ShortestSecret = 8;

    /// <summary>By these names a launch knows a variable as a secret too.</summary>
    private static readonly string[] s_secretNames = ["KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL"];

    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        if (arguments is { Output: { } taken, Overwrite: false } && Path.Exists(taken)) return await FailAsync(IsThere(taken), Usage);
        RecordedRun run;
        try
        {
            run = await runs.FindAsync(arguments.From!, arguments.Attempt, cancellation);
        }
        catch (RecordedRunException e)
        {
            return await FailAsync(e.Message, e.ExitCode);
        }

        var scenario = ScenarioFromRun.Make(run, Secrets());
        if (scenario is null)
            return await FailAsync($"the record of {run.Id} holds no call of a model: its attempts made none, or were ended before one was answered", Failed);
        foreach (var warning in scenario.Warnings) await stderr.WriteLineAsync($"rehearse: {warning}");
        if (arguments.Output is { } path && await WriteAsync(path, scenario.Yaml, cancellation) is { } fault) return await FailAsync(fault, Usage);

        if (arguments.Json) await stdout.WriteLineAsync(Json(run, scenario));
        else await stdout.WriteAsync(arguments.Output is null ? scenario.Yaml : arguments.Output + "\n");
        return 0;
    }

    private static string[] Secrets() =>
    [
        .. Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .Where(v => s_secretNames.Any(n => ((string)v.Key).Contains(n, StringComparison.OrdinalIgnoreCase)))
            .Select(v => v.Value as string ?? "")
            // Paths are told by names like SSH_KEY_FILE; the last is the key of the rehearsal server's own exports.
            .Where(v => v.Length >= ShortestSecret && !v.StartsWith('/') && v != "rehearsal"),
    ];

    /// <returns>What is wrong, if anything.</returns>
    private async Task<string?> WriteAsync(string path, string yaml, CancellationToken cancellation)
    {
        try
        {
            // It may quote what the model read: whoever made it decides who else may see it.
            await using var file = new FileStream(path, new FileStreamOptions
            {
                Mode = arguments.Overwrite ? FileMode.Create : FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = OperatingSystem.IsWindows() ? null : UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            await file.WriteAsync(Encoding.UTF8.GetBytes(yaml), cancellation);
            return null;
        }
        catch (IOException) when (!arguments.Overwrite && Path.Exists(path))
        {
            return IsThere(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return $"cannot write '{path}': {e.Message}";
        }
    }

    private string Json(RecordedRun run, RecordedScenario scenario) => Encoding.UTF8.GetString(WireFormat.Json(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("id", run.Id);
        writer.WriteString("name", scenario.Name);
        writer.WriteStartArray("attempts");
        foreach (var attempt in run.Attempts) writer.WriteNumberValue(attempt.Number);
        writer.WriteEndArray();
        writer.WriteNumber("calls", scenario.Calls);
        writer.WriteStartArray("warnings");
        foreach (var warning in scenario.Warnings) writer.WriteStringValue(warning);
        writer.WriteEndArray();
        if (arguments.Output is { } path) writer.WriteString("path", Path.GetFullPath(path));
        else writer.WriteString("scenario", scenario.Yaml);
        writer.WriteEndObject();
    }));

    private static string IsThere(string path) => $"'{path}' is there already: choose another, or add --overwrite";

    private async Task<int> FailAsync(string message, int code)
    {
        await stderr.WriteLineAsync($"rehearse: {message}");
        return code;
    }
}
