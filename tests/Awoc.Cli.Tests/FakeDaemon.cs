using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Awoc.Client;
using Awoc.Client.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Awoc.Cli.Tests;

/// <summary>Speaks the daemon's API on the socket of a home, over tasks that the test moves by hand.</summary>
internal sealed class FakeDaemon : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Lock _gate = new();
    private readonly List<EventView> _events = [];
    private readonly List<Channel<EventView>> _subscribers = [];
    private readonly Dictionary<string, TaskView> _byKey = [];
    private int _launches;

    private FakeDaemon(AwocHome home, string version)
    {
        Home = home;
        Version = version;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.ListenUnixSocket(home.Socket));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        _app = builder.Build();
        Map();
    }

    public AwocHome Home { get; }

    public string Version { get; }

    /// <summary>The process whose end counts as the daemon's.</summary>
    public int Pid { get; set; } = Environment.ProcessId;

    public ConcurrentDictionary<string, TaskView> Tasks { get; } = new();

    public ConcurrentQueue<LaunchRequest> Launches { get; } = new();

    /// <summary>The idempotency key of each request to run a workflow.</summary>
    public ConcurrentQueue<string> RunKeys { get; } = new();

    public ConcurrentQueue<CredentialsRequest> HandedOver { get; } = new();

    /// <summary>Each stop that was asked for.</summary>
    public Channel<StopRequest> Stops { get; } = Channel.CreateUnbounded<StopRequest>();

    /// <summary>Each subscription as it is taken, with the cursor it came with.</summary>
    public Channel<long?> Subscriptions { get; } = Channel.CreateUnbounded<long?>();

    /// <summary>The answer to the next launch is cut off after the task was made.</summary>
    public bool CutNextLaunch { get; set; }

    /// <summary>What the next launch is answered with instead.</summary>
    public Problem? Refusal { get; set; }

    public string? Log { get; set; }

    /// <summary>Called with each look at a task, before it is answered.</summary>
    public Action<string>? OnLook { get; set; }

    public static async Task<FakeDaemon> StartAsync(AwocHome home, string? version = null)
    {
        home.Prepare();
        File.Delete(home.Socket);
        var daemon = new FakeDaemon(home, version ?? ClientVersion.Text);
        await daemon._app.StartAsync();
        return daemon;
    }

    public static TaskView NewTask(string id, string state = "running") => new()
    {
        Id = id,
        Type = "research",
        Description = "how others do it",
        State = state,
        Result = "none",
        Verification = "not_checked",
        Agent = "claude",
        Model = "sonnet",
        Cwd = "/src/project",
        Directory = $"/home/u/.awoc/background/tasks/{id}",
        Queue = "default",
        Usage = new UsageView(1234, 200, 10, 20, 30),
        Budget = new BudgetView(5000, 600),
        Policy = new PolicyView("stop", "default", "deny"),
        Version = 1,
        CreatedAt = DateTimeOffset.UnixEpoch,
        StartedAt = DateTimeOffset.UnixEpoch,
    };

    public TaskView Add(string id, string state = "running") => Tasks[id] = NewTask(id, state);

    public void End(string id, string outcome, int? exitCode = null, string? reason = null)
    {
        Tasks[id] = Tasks[id] with
        {
            State = "ended",
            Outcome = outcome,
            ExitCode = exitCode,
            Reason = reason,
            RunMs = 61_500,
            EndedAt = DateTimeOffset.UnixEpoch,
        };
        Emit(id, "ended");
    }

    public void Emit(string id, string kind)
    {
        lock (_gate)
        {
            var view = new EventView(_events.Count + 1, id, 1, kind, DateTimeOffset.UnixEpoch, JsonDocument.Parse("{}").RootElement);
            _events.Add(view);
            foreach (var subscriber in _subscribers) subscriber.Writer.TryWrite(view);
        }
    }

    /// <summary>Ends every event stream, as a dying daemon does.</summary>
    /// <param name="meanwhile">What happens before anybody can subscribe again.</param>
    public void CutStreams(Action? meanwhile = null)
    {
        lock (_gate)
        {
            foreach (var subscriber in _subscribers) subscriber.Writer.TryComplete();
            _subscribers.Clear();
            meanwhile?.Invoke();
        }
    }

    public async ValueTask DisposeAsync()
    {
        CutStreams();
        await _app.DisposeAsync();
    }

    private void Map()
    {
        _app.Use((context, next) =>
        {
            context.Response.Headers[ClientVersion.Header] = Version;
            return next(context);
        });
        _app.MapGet("/api/v1/health", c => Answer(c, new HealthView
        {
            Version = Version,
            Pid = Pid,
            Home = Home.Path,
            Socket = Home.Socket,
            StartedAt = DateTimeOffset.UnixEpoch,
            Running = 1,
            Queued = 2,
            Limit = 3,
        }, WireJson.Default.HealthView));
        _app.MapPost("/api/v1/tasks", LaunchAsync);
        _app.MapPost("/api/v1/workflows/run", RunAsync);
        _app.MapGet("/api/v1/tasks", ListAsync);
        _app.MapGet("/api/v1/tasks/{id}", c => WithTask(c, t => Answer(c, t, WireJson.Default.TaskView)));
        _app.MapPost("/api/v1/tasks/{id}/cancel", c => WithTask(c, async t =>
        {
            await Answer(c, t, WireJson.Default.TaskView);
            End(t.Id, "canceled", 4, "user");
        }));
        _app.MapGet("/api/v1/tasks/{id}/output", c => WithTask(c, t =>
        {
            c.Response.Headers["awoc-result"] = t.Result;
            return c.Response.Body.WriteAsync(new byte[] { 0, 255, (byte)'x', (byte)'\n' }).AsTask();
        }));
        _app.MapGet("/api/v1/tasks/{id}/logs", c => WithTask(c, _ => c.Response.WriteAsync($"{c.Request.QueryString}\n{Log}")));
        _app.MapGet("/api/v1/events", EventsAsync);
        _app.MapPost("/api/v1/daemon/stop", async c =>
        {
            var request = (await c.Request.ReadFromJsonAsync(WireJson.Default.StopRequest))!;
            await Answer(c, new StopReply(2, 0), WireJson.Default.StopReply);
            Stops.Writer.TryWrite(request);
        });
        _app.MapPost("/api/v1/daemon/credentials", async c =>
        {
            HandedOver.Enqueue((await c.Request.ReadFromJsonAsync(WireJson.Default.CredentialsRequest))!);
            await Answer(c, new CredentialsReply([]), WireJson.Default.CredentialsReply);
        });
    }

    private async Task LaunchAsync(HttpContext context)
    {
        var request = (await context.Request.ReadFromJsonAsync(WireJson.Default.LaunchRequest))!;
        Launches.Enqueue(request);
        if (Refusal is { } refusal)
        {
            await AnswerProblem(context, refusal);
            return;
        }

        var key = context.Request.Headers["idempotency-key"].ToString();
        if (!_byKey.TryGetValue(key, out var task))
            _byKey[key] = task = Add($"1763876543-00000000000{++_launches}", "queued");
        if (CutNextLaunch)
        {
            CutNextLaunch = false;
            context.Abort();
            return;
        }

        context.Response.StatusCode = StatusCodes.Status201Created;
        await Answer(context, new LaunchReply(task, ["the key is only in this environment"]), WireJson.Default.LaunchReply);
    }

    private async Task RunAsync(HttpContext context)
    {
        RunKeys.Enqueue(context.Request.Headers["idempotency-key"].ToString());
        if (CutNextLaunch)
        {
            CutNextLaunch = false;
            context.Abort();
            return;
        }

        await Answer(context, new WorkflowRunView { Workflow = "w", Run = "w-1", Steps = [] }, WireJson.Default.WorkflowRunView);
    }

    private Task ListAsync(HttpContext context)
    {
        string[] states = [.. context.Request.Query["state"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries)];
        var limit = int.TryParse(context.Request.Query["limit"], out var l) ? l : 50;
        var before = context.Request.Query["before"].ToString();
        var fitting = Tasks.Values
            .Where(t => states.Length == 0 || states.Contains(t.State))
            .OrderByDescending(t => t.Id, StringComparer.Ordinal)
            .Where(t => before.Length == 0 || string.CompareOrdinal(t.Id, before) < 0)
            .ToList();
        // Pages are kept short, so that a reader of many has to turn them.
        var page = fitting.Take(Math.Min(limit, 2)).ToList();
        var more = page.Count < Math.Min(fitting.Count, limit) ? page[^1].Id : null;
        return Answer(context, new TaskPage(page, more, new Dictionary<string, long>()), WireJson.Default.TaskPage);
    }

    private async Task EventsAsync(HttpContext context)
    {
        var after = long.TryParse(context.Request.Query["after"], out var seq) ? seq : (long?)null;
        var mine = Channel.CreateUnbounded<EventView>();
        lock (_gate)
        {
            context.Response.Headers[WireHeaders.EventsAfter] = $"{after ?? _events.Count}";
            _subscribers.Add(mine);
            foreach (var old in _events.Where(e => e.Seq > after)) mine.Writer.TryWrite(old);
        }

        context.Response.ContentType = "text/event-stream";
        await context.Response.WriteAsync(": here\n\n");
        await context.Response.Body.FlushAsync();
        Subscriptions.Writer.TryWrite(after);
        try
        {
            await foreach (var e in mine.Reader.ReadAllAsync(context.RequestAborted))
            {
                await context.Response.WriteAsync($"id: {e.Seq}\nevent: {e.Kind}\ndata: {JsonSerializer.Serialize(e, WireJson.Default.EventView)}\n\n");
                await context.Response.Body.FlushAsync();
            }

            context.Abort();
        }
        catch (OperationCanceledException)
        {
            // The caller went away.
        }
    }

    private Task WithTask(HttpContext context, Func<TaskView, Task> answer)
    {
        var reference = context.Request.RouteValues["id"]!.ToString()!;
        OnLook?.Invoke(reference);
        return Tasks.Values.FirstOrDefault(t => t.Id == reference || TaskWords.Handle(t.Id).StartsWith(reference, StringComparison.Ordinal)) is { } task
            ? answer(task)
            : AnswerProblem(context, new Problem { Type = "not_found", Title = $"There is no task '{reference}'.", Status = 404 });
    }

    private static Task AnswerProblem(HttpContext context, Problem problem)
    {
        context.Response.StatusCode = problem.Status;
        return context.Response.WriteAsJsonAsync(problem, WireJson.Default.Problem, "application/problem+json");
    }

    private static Task Answer<T>(HttpContext context, T value, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        context.Response.WriteAsJsonAsync(value, type);
}
