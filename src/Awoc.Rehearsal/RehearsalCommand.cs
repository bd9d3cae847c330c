using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Awoc.Rehearsal.Messages;
using Awoc.Rehearsal.Replay;
using Awoc.Rehearsal.Scenarios;

namespace Awoc.Rehearsal;

/// <summary>The <c>rehearse</c> verb: a rehearsal server in the foreground, one line per request, until Ctrl-C.</summary>
public static class RehearsalCommand
{
    private const int Usage = 2;
    private const int Unavailable = 69;

    /// <summary>How it is used, for <c>--help</c>.</summary>
    public const string Help = """
        Usage: rehearse [--scenario FILE|NAME] [--port N | --socket PATH] [--log FILE] [--json]
               rehearse --list [--json]
               rehearse --from ID [--attempt N] [--output FILE [--overwrite]] [--json]

        Serves the Messages API on loopback from rules and scripts: no key, no network, no language model.

          --scenario FILE|NAME  answer every conversation by a built-in scenario (NAME, or NAME?parameter=value&...)
                                or by a YAML file; without it the planner answers, and requests may choose
          --port N              port on 127.0.0.1 (default: a free one)
          --socket PATH         listen on a unix socket instead
          --log FILE            append one JSON object per request
          --list                print the built-in scenarios and end
          --from ID             make a scenario of a task that ran with --record, and print it: the same run
                                again without key or cost
          --attempt N           only that attempt of it (default: all, in order)
          --output FILE         write the scenario there instead; --overwrite replaces a file
          --json                print JSON for programs

        """;

    /// <summary>Runs the verb.</summary>
    /// <param name="args">Its arguments, without the verb.</param>
    /// <param name="stdout">Data: base URL and exports, or the listing.</param>
    /// <param name="stderr">Words for people: errors and a line per request.</param>
    /// <param name="runs">Finds what <c>--from</c> asks for.</param>
    /// <param name="cancellation">Ends the server, as Ctrl-C and SIGTERM do.</param>
    /// <returns>0, 1 where there is no record, 2 for a wrong use or a faulty file, 69 when it cannot listen.</returns>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> args, TextWriter stdout, TextWriter stderr, IRecordedRuns runs, CancellationToken cancellation)
    {
        var (arguments, fault) = RehearsalArguments.Parse(args);
        if (fault is not null) return await FailAsync(stderr, fault, Usage);
        if (arguments.Help)
        {
            await stdout.WriteAsync(Help);
            return 0;
        }

        if (arguments.List)
        {
            await ListAsync(stdout, arguments.Json);
            return 0;
        }

        if (arguments.From is not null) return await new FromCommand(arguments, stdout, stderr, runs).RunAsync(cancellation);

        var (options, optionsFault) = await OptionsAsync(arguments, cancellation);
        if (options is null) return await FailAsync(stderr, optionsFault!, Usage);

        StreamWriter? log = null;
        try
        {
            if (arguments.Log is { } path) log = new StreamWriter(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read)) { AutoFlush = true };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return await FailAsync(stderr, $"cannot write the log '{arguments.Log}': {e.Message}", Usage);
        }

        await using (log) return await ServeAsync(options, arguments.Json, log, stdout, stderr, cancellation);
    }

    private static async Task<int> ServeAsync(
        RehearsalOptions options, bool json, StreamWriter? log, TextWriter stdout, TextWriter stderr, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        var gate = new Lock();
        var recorded = new RehearsalLog(maxEntries: 1_000, maxBodyBytes: 0);
        options = options with { Log = recorded };
        recorded.Ended += request =>
        {
            lock (gate)
            {
                stderr.WriteLine(RequestLine.ForPeople(request));
                log?.WriteLine(RequestLine.AsJson(request));
            }
        };

        RehearsalServer server;
        try
        {
            server = await RehearsalServer.StartAsync(options, cancellation);
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or UnauthorizedAccessException or ArgumentException)
        {
            var where = options.SocketPath is { } path ? $"socket '{path}'" : $"port {options.Port}";
            return await FailAsync(stderr, $"cannot listen on {where}: {e.Message} Choose another, or leave it out for a free port.", Unavailable);
        }

        await using (server)
        {
            await stdout.WriteAsync(json ? Ready(server, options) : $"""
                {server.BaseUrl}
                export ANTHROPIC_BASE_URL={server.BaseUrl}
                export ANTHROPIC_API_KEY=rehearsal

                """);
            await stdout.FlushAsync(cancellation);
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, options.Time, stop.Token);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                await stderr.WriteLineAsync($"rehearse: ended after {server.Log.Count} requests and {server.Log.TotalGeneratedTokens} generated tokens");
            }
        }

        return 0;

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    private static string Ready(RehearsalServer server, RehearsalOptions options) => Encoding.UTF8.GetString(WireFormat.Json(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("baseUrl", server.BaseUrl);
        writer.WriteString("socket", options.SocketPath);
        writer.WriteString("scenario", options.Scenario);
        writer.WriteNumber("pid", Environment.ProcessId);
        writer.WriteEndObject();
    })) + "\n";

    private static async Task<(RehearsalOptions? Options, string? Fault)> OptionsAsync(RehearsalArguments arguments, CancellationToken cancellation)
    {
        var options = new RehearsalOptions { Port = arguments.Port, SocketPath = arguments.Socket };
        if (arguments.Scenario is not { } choice) return (options, null);
        var name = choice.Split('?', ',')[0];
        var looksLikeFile = choice.Contains('/') || choice.EndsWith(".yaml", StringComparison.Ordinal) || choice.EndsWith(".yml", StringComparison.Ordinal);
        if (!looksLikeFile && BuiltInScenarios.All.Any(s => s.Name == name))
        {
            var (_, error) = new ScenarioLibrary([]).Find(choice);
            return error is null ? (options with { Scenario = choice }, null) : (null, error.Message);
        }

        if (!File.Exists(choice))
        {
            return (null, $"there is no scenario or file '{choice}': the built-in scenarios are {string.Join(", ", BuiltInScenarios.All.Select(s => s.Name))}");
        }

        string yaml;
        try
        {
            yaml = await File.ReadAllTextAsync(choice, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, $"cannot read the scenario '{choice}': {e.Message}");
        }

        var reading = ScenarioSource.Parse(yaml);
        if (reading.Scenario is { } scenario) return (options with { Scenarios = [scenario], Scenario = scenario.Name }, null);
        var faults = string.Join("\n", reading.Faults.Select(f => $"  {choice}:{f}"));
        return (null, string.Create(CultureInfo.InvariantCulture, $"the scenario '{choice}' has {reading.Faults.Count} fault(s):\n{faults}"));
    }

    private static async Task ListAsync(TextWriter stdout, bool json)
    {
        if (!json)
        {
            foreach (var scenario in BuiltInScenarios.All)
            {
                var parameters = string.Join(' ', scenario.Parameters.Select(p => $"{p.Key}={p.Value}"));
                await stdout.WriteLineAsync($"{scenario.Name,-14} {scenario.Description}{(parameters.Length > 0 ? $" [{parameters}]" : "")}");
            }

            return;
        }

        var text = Encoding.UTF8.GetString(WireFormat.Json(writer =>
        {
            writer.WriteStartArray();
            foreach (var scenario in BuiltInScenarios.All)
            {
                writer.WriteStartObject();
                writer.WriteString("name", scenario.Name);
                writer.WriteString("description", scenario.Description);
                writer.WriteStartObject("parameters");
                foreach (var (name, value) in scenario.Parameters) writer.WriteString(name, value);
                writer.WriteEndObject();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }));
        await stdout.WriteLineAsync(text);
    }

    private static async Task<int> FailAsync(TextWriter stderr, string message, int code)
    {
        await stderr.WriteLineAsync($"rehearse: {message}");
        return code;
    }
}
