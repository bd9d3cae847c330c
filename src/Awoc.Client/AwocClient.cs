using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Awoc.Client.Daemon;
using Awoc.Client.Wire;

namespace Awoc.Client;

/// <summary>
/// The daemon's API over its unix socket. Safe for use from many threads. With a <see cref="DaemonLauncher"/> it starts the
/// daemon when none serves, and replaces one that is older than this library; agents at work are not touched by either.
/// A reference to a task (<c>REF</c>) is a whole id, an unambiguous prefix of it or of its random part, a name, or <c>@last</c>.
/// </summary>
public sealed partial class AwocClient : IDisposable
{
    private static readonly TimeSpan s_answerLimit = TimeSpan.FromSeconds(60);

    private readonly AwocHome _home;
    private readonly DaemonLauncher? _launcher;
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _http;
    private readonly SemaphoreSlim _versionGate = new(1);
    private bool _versionChecked;

    /// <summary>A client for the daemon of a home. Nothing is opened before the first request.</summary>
    /// <param name="home">The home.</param>
    /// <param name="launcher">Starts the daemon on demand; null when a missing daemon is an error.</param>
    /// <param name="time">The clock of time limits and pauses.</param>
    public AwocClient(AwocHome home, DaemonLauncher? launcher = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(home);
        _home = home;
        _launcher = launcher;
        _time = time ?? TimeProvider.System;
        var connection = new DaemonConnection(home, launcher, _time);
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = (_, token) => connection.OpenAsync(token),
            // The socket is the only place to go: no proxy, no cookie, no redirect, no trace header.
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
        });
    }

    /// <summary>Called with one sentence when the daemon is newer than this client, or was replaced because it was older.</summary>
    public Action<string>? Notice { get; init; }

    /// <summary>The daemon's own state.</summary>
    public Task<HealthView> HealthAsync(CancellationToken token = default) => GetAsync("health", WireJson.Default.HealthView, token);

    /// <summary>The daemon's own state, or null when none serves and this client starts none.</summary>
    public async Task<HealthView?> FindAsync(CancellationToken token = default)
    {
        try
        {
            return await HealthAsync(token).ConfigureAwait(false);
        }
        catch (AwocException e) when (e.InnerException is NobodyServesException)
        {
            return null;
        }
    }

    /// <summary>Launches a task. When this returns, the task is durable.</summary>
    /// <remarks>A request that was cut off is sent again under the same idempotency key: it never launches twice.</remarks>
    public Task<LaunchReply> LaunchAsync(LaunchRequest request, CancellationToken token = default)
    {
        var key = Guid.NewGuid().ToString("N");
        return SendAsync(
            () => Json(HttpMethod.Post, "tasks", request, WireJson.Default.LaunchRequest, key), WireJson.Default.LaunchReply, token);
    }

    /// <summary>Launches several tasks, all of them or none. When this returns, they are durable.</summary>
    /// <inheritdoc cref="LaunchAsync" path="/remarks"/>
    public Task<BatchReply> LaunchManyAsync(BatchRequest request, CancellationToken token = default)
    {
        var key = Guid.NewGuid().ToString("N");
        return SendAsync(
            () => Json(HttpMethod.Post, "batches", request, WireJson.Default.BatchRequest, key), WireJson.Default.BatchReply, token);
    }

    /// <summary>What a launch would do. Nothing is launched.</summary>
    public Task<LaunchPreview> PreviewAsync(LaunchRequest request, CancellationToken token = default) => SendAsync(
        () => Json(HttpMethod.Post, "tasks/preview", request, WireJson.Default.LaunchRequest), WireJson.Default.LaunchPreview, token);

    /// <summary>One page of tasks, newest first, without their attempts.</summary>
    public Task<TaskPage> ListAsync(TaskQuery query, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        return GetAsync($"tasks{query.Text}", WireJson.Default.TaskPage, token);
    }

    /// <summary>One task with its attempts.</summary>
    public Task<TaskView> TaskAsync(string reference, CancellationToken token = default) =>
        GetAsync(TaskPath(reference), WireJson.Default.TaskView, token);

    /// <summary>Asks for the end of a task. A running attempt ends a little later; a task that has ended stays as it is.</summary>
    public Task<TaskView> CancelAsync(string reference, CancellationToken token = default) => SendAsync(
        () => Request(HttpMethod.Post, $"{TaskPath(reference)}/cancel"), WireJson.Default.TaskView, token);

    /// <summary>
    /// Answers a task that waits for an answer: <c>allow</c>, <c>deny</c> or words for an agent's question, <c>stop</c> for more of a
    /// budget. Sent once, as <see cref="TopUpAsync"/> is: a second answer might meet the next question.
    /// </summary>
    public async Task<TaskView> AnswerAsync(string reference, string answer, CancellationToken token = default)
    {
        try
        {
            return await SendOnceAsync(
                () => Json(HttpMethod.Post, $"{TaskPath(reference)}/answer", new AnswerRequest(answer), WireJson.Default.AnswerRequest), WireJson.Default.TaskView, token)
                .ConfigureAwait(false);
        }
        catch (Exception e) when (IsCutOff(e))
        {
            throw CutOff(e);
        }
    }

    /// <summary>
    /// Adds to the limits of a task that lives. Sent once: a request that was cut off may have been done, which
    /// <see cref="TaskAsync"/> tells.
    /// </summary>
    public async Task<TaskView> TopUpAsync(string reference, TopUpRequest request, CancellationToken token = default)
    {
        try
        {
            return await SendOnceAsync(
                () => Json(HttpMethod.Post, $"{TaskPath(reference)}/topup", request, WireJson.Default.TopUpRequest), WireJson.Default.TaskView, token)
                .ConfigureAwait(false);
        }
        catch (Exception e) when (IsCutOff(e))
        {
            throw CutOff(e);
        }
    }

    /// <summary>What a task produced so far.</summary>
    public Task<TaskOutput> OutputAsync(string reference, CancellationToken token = default) => OutputAsync(reference, section: null, maxTokens: null, token);

    /// <summary>A log of a task, as text. Dispose the stream: it holds a connection.</summary>
    /// <param name="reference">The task.</param>
    /// <param name="log">Which of its logs.</param>
    /// <param name="follow">Go on as it grows, until the task has ended.</param>
    /// <param name="tail">Begin with the last so many lines; null for all.</param>
    /// <param name="token">Lets go of the connection.</param>
    public async Task<Stream> LogAsync(
        string reference, TaskLog log = TaskLog.Execution, bool follow = false, int? tail = null, CancellationToken token = default)
    {
        var name = log switch
        {
            TaskLog.Execution => "execution",
            TaskLog.Events => "events",
            TaskLog.Stderr => "stderr",
            TaskLog.Background => "background",
        };
        var path = $"{TaskPath(reference)}/logs?stream={name}{(follow ? "&follow=true" : "")}{(tail is { } lines ? $"&tail={lines}" : "")}";
        var answer = await AgainAsync(() => AnswerAsync(() => Request(HttpMethod.Get, path), token)).ConfigureAwait(false);
        return new AnswerStream(answer, await answer.Content.ReadAsStreamAsync(token).ConfigureAwait(false));
    }

    /// <summary>Hands credentials to the daemon, for tasks that wait for them since it was started again.</summary>
    public Task<CredentialsReply> HandOverAsync(CredentialsRequest request, CancellationToken token = default) => SendAsync(
        () => Json(HttpMethod.Post, "daemon/credentials", request, WireJson.Default.CredentialsRequest), WireJson.Default.CredentialsReply, token);

    /// <summary>What stands in the way of launching from a directory.</summary>
    public Task<DoctorReport> DoctorAsync(DoctorRequest request, CancellationToken token = default) => SendAsync(
        () => Json(HttpMethod.Post, "doctor", request, WireJson.Default.DoctorRequest), WireJson.Default.DoctorReport, token);

    /// <summary>The settings in force in a directory.</summary>
    public Task<SettingsView> SettingsAsync(string cwd, CancellationToken token = default) =>
        GetAsync($"settings?cwd={Uri.EscapeDataString(cwd)}", WireJson.Default.SettingsView, token);

    /// <summary>Changes a setting in the user's file.</summary>
    /// <param name="key">Its dotted name.</param>
    /// <param name="value">The new value; null takes it out, so that the default holds again.</param>
    /// <param name="token">Cancels the request.</param>
    public Task<SettingView> ChangeSettingAsync(string key, string? value, CancellationToken token = default) => SendAsync(
        () => Json(HttpMethod.Put, $"settings/{Uri.EscapeDataString(key)}", new SettingChange(value), WireJson.Default.SettingChange),
        WireJson.Default.SettingView, token);

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        _versionGate.Dispose();
    }

    private static string TaskPath(string reference)
    {
        ArgumentException.ThrowIfNullOrEmpty(reference);
        // A reference is one segment of the path, and these two would be taken for steps in it.
        if (reference is "." or "..") throw NoSuchTask(reference);
        return $"tasks/{Uri.EscapeDataString(reference)}";
    }

    private static AwocException NoSuchTask(string reference) => new(new Problem
    {
        Type = ProblemTypes.NotFound,
        Title = $"There is no task '{reference}'. `awoc status all` lists them.",
        Status = 404,
    });

    private static HttpRequestMessage Request(HttpMethod method, string path) => new(method, $"http://awoc/api/v1/{path}");

    private static HttpRequestMessage Json<T>(HttpMethod method, string path, T body, JsonTypeInfo<T> type, string? idempotencyKey = null)
    {
        var request = Request(method, path);
        request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, type));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (idempotencyKey is not null) request.Headers.Add("idempotency-key", idempotencyKey);
        return request;
    }

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) || answer.Content.Headers.TryGetValues(name, out values) ? values.FirstOrDefault() : null;
}
