using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Text.Json;
using Awoc.Client.Wire;
using Awoc.Core.Alerts;
using Awoc.Core.Store;
using Awoc.Daemon.Api;
using Awoc.Engine.Alerts;

namespace Awoc.Daemon.Alerts;

/// <summary>The user's hook and webhook. Both get the JSON that <c>awoc alerts --json</c> prints for this alert.</summary>
internal sealed partial class AlertDoor(ITaskStore store, TimeProvider time) : IAlertDoor, IDisposable
{
    private const int LongestWords = 200;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_lastWords = TimeSpan.FromMilliseconds(200);

    private readonly HttpClient _http = new() { Timeout = s_limit };

    public async Task RunAsync(string command, Alert alert, CancellationToken cancellation)
    {
        // The leader of a group of its own, so that a time-out ends all of it.
        var start = new ProcessStartInfo("setsid", ["/bin/sh", "-c", command])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
            Environment = { ["AWOC_ALERT_ID"] = alert.Id.ToString(CultureInfo.InvariantCulture), ["AWOC_ALERT_TASK"] = alert.Task.Value },
        };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_limit);
        using var process = Process.Start(start) ?? throw new AlertException("/bin/sh could not be started");
        try
        {
            var output = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, limit.Token);
            var errors = WordsAsync(process.StandardError, limit.Token);
            await GiveAsync(process, await BodyAsync(alert, cancellation), limit.Token);
            await process.WaitForExitAsync(limit.Token);

            // A child that it left behind may hold these open for as long as it likes.
            await Task.WhenAny(errors, Task.Delay(s_lastWords, time, limit.Token));
            await limit.CancelAsync();
            _ = output.ContinueWith(static ended => _ = ended.Exception, TaskScheduler.Default);
            var said = await errors;
            if (process.ExitCode != 0) throw new AlertException($"exit code {process.ExitCode}{(said.Length > 0 ? $": {Cut(said)}" : "")}");
        }
        catch (OperationCanceledException)
        {
            _ = kill(-process.Id, KillSignal);
            cancellation.ThrowIfCancellationRequested();
            throw new AlertException($"it had not ended after {s_limit.TotalSeconds} s");
        }
    }

    public async Task PostAsync(Uri url, Alert alert, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(await BodyAsync(alert, cancellation)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("awoc-alert-id", alert.Id.ToString(CultureInfo.InvariantCulture));
        try
        {
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (!answer.IsSuccessStatusCode) throw new AlertException($"it answered {(int)answer.StatusCode}");
        }
        catch (HttpRequestException unreachable)
        {
            throw new AlertException(unreachable.Message);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new AlertException($"it had not answered after {s_limit.TotalSeconds} s");
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<byte[]> BodyAsync(Alert alert, CancellationToken cancellation)
    {
        var task = await store.FindAsync(alert.Task, cancellation);
        return JsonSerializer.SerializeToUtf8Bytes(AlertEndpoints.Of(alert, task, dismissed: false), WireJson.Default.AlertView);
    }

    private static async Task GiveAsync(Process process, byte[] body, CancellationToken cancellation)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(body, cancellation);
            // A line: a command that appends them to a file makes JSON lines.
            await process.StandardInput.BaseStream.WriteAsync("\n"u8.ToArray(), cancellation);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // A command that reads nothing of it is a good one too.
        }
    }

    /// <summary>The beginning of what it says, which is drained to its end.</summary>
    private static async Task<string> WordsAsync(StreamReader from, CancellationToken cancellation)
    {
        var said = new char[LongestWords + 1];
        var length = 0;
        try
        {
            while (length < said.Length && await from.ReadAsync(said.AsMemory(length), cancellation) is > 0 and var read) length += read;
            await from.BaseStream.CopyToAsync(Stream.Null, cancellation);
        }
        catch (OperationCanceledException)
        {
            // What was said until then has to do.
        }

        return new string(said, 0, length).Trim();
    }

    private const int KillSignal = 9;

    [LibraryImport("libc")]
    private static partial int kill(int pid, int signal);

    private static string Cut(string text) => text.Length > LongestWords ? $"{text.AsSpan(0, LongestWords)}…" : text;
}
