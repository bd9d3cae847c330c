using System.Text.Json.Nodes;
using Awoc.Rehearsal;
using Awoc.Rehearsal.Scenarios;
using Awoc.TestKit;

namespace Awoc.EndToEnd.Budgets;

/// <summary>
/// One task that is answered by a rehearsal server of its own, so that what the server generated is what this task cost,
/// however many run beside it.
/// </summary>
internal sealed class RehearsedTask : IAsyncDisposable
{
    private const string Key = "sk-rehearsal-of-one-task";
    private static readonly Lock s_launch = new();
    private readonly AwocSandbox _awoc;
    private readonly RehearsalServer _server;

    private RehearsedTask(AwocSandbox awoc, RehearsalServer server, string id) => (_awoc, _server, Id) = (awoc, server, id);

    public string Id { get; }

    /// <summary>What the server was asked and what it generated for this task alone.</summary>
    public RehearsalLog Log => _server.Log;

    public static async Task<RehearsedTask> LaunchAsync(AwocSandbox awoc, string scenario, ScenarioSource? source, params string[] arguments)
    {
        var server = await RehearsalServer.StartAsync(new RehearsalOptions
        {
            Scenario = scenario,
            Scenarios = source is null ? [] : [source],
            ApiKey = Key,
            Log = new RehearsalLog(maxBodyBytes: 4 << 20),
        });
        try
        {
            Task<Ran> launch;

            // A sandbox has one environment, which a program that is started in it gets as it stands at that moment.
            lock (s_launch)
            {
                awoc.Environment["ANTHROPIC_BASE_URL"] = server.BaseUrl;
                awoc.Environment["ANTHROPIC_API_KEY"] = Key;
                launch = awoc.AwocAsync(["run", .. arguments]);
            }

            var ran = await launch;
            return ran.Code == 0
                ? new RehearsedTask(awoc, server, ran.Out.Trim())
                : throw new InvalidOperationException($"awoc run {string.Join(' ', arguments)} ended {ran.Code}: {ran.Error}");
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public static ScenarioSource Script(string yaml)
    {
        var reading = ScenarioSource.Parse(yaml);
        return reading.Scenario ?? throw new FormatException($"{string.Join('\n', reading.Faults)}\n{yaml}");
    }

    /// <summary>The status of the task, once it has ended.</summary>
    public Task<JsonObject> EndAsync() => _awoc.EndOfAsync(Id);

    /// <summary>What was asked of the model, a line a request, for a failure's message.</summary>
    public string Requests() => string.Join('\n', Log.MessageRequests.Select(r =>
        $"{r.Number} {r.Status} {r.Error} max {r.MaxTokens} generated {r.GeneratedTokens} {r.StopReason} choice {r.ToolChoice} agent {r.AgentId}"
        + (r.ClientDisconnected ? " client gone" : "")));

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
