using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Awoc.Client.Daemon;
using Awoc.Client.Wire;

namespace Awoc.Client;

/// <content>How a request is made, and what becomes of one that fails.</content>
public sealed partial class AwocClient
{
    private Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken token) =>
        SendAsync(() => Request(HttpMethod.Get, path), type, token);

    /// <summary>All that is sent this way may be done twice: see <see cref="AgainAsync"/>.</summary>
    private Task<T> SendAsync<T>(Func<HttpRequestMessage> request, JsonTypeInfo<T> type, CancellationToken token) =>
        AgainAsync(() => SendOnceAsync(request, type, token));

    private async Task<T> SendOnceAsync<T>(Func<HttpRequestMessage> request, JsonTypeInfo<T> type, CancellationToken token)
    {
        using var limit = new CancellationTokenSource(s_answerLimit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, token);
        try
        {
            using var answer = await AnswerAsync(request, either.Token).ConfigureAwait(false);
            var body = await answer.Content.ReadAsStreamAsync(either.Token).ConfigureAwait(false);
            return await JsonSerializer.DeserializeAsync(body, type, either.Token).ConfigureAwait(false) ?? throw NotUnderstood(answer, null);
        }
        catch (JsonException e)
        {
            throw NotUnderstood(null, e);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !token.IsCancellationRequested)
        {
            throw AwocException.Unavailable(
                $"The daemon of {_home.Path} did not answer within {s_answerLimit.TotalSeconds} s. Replace it with: awoc daemon restart");
        }
    }

    /// <summary>The daemon's answer to a request, when it is a good one.</summary>
    private async Task<HttpResponseMessage> AnswerAsync(Func<HttpRequestMessage> request, CancellationToken token)
    {
        await CheckVersionAsync(token).ConfigureAwait(false);
        using var message = request();
        var answer = await ExchangeAsync(message, token).ConfigureAwait(false);
        if (answer.IsSuccessStatusCode) return answer;
        using (answer) throw new AwocException(await ProblemOfAsync(answer, token).ConfigureAwait(false));
    }

    private async Task<HttpResponseMessage> ExchangeAsync(HttpRequestMessage message, CancellationToken token)
    {
        try
        {
            return await _http.SendAsync(message, token).ConfigureAwait(false);
        }
        catch (HttpRequestException e) when (e.InnerException is AwocException connecting)
        {
            throw new AwocException(connecting.Problem, e);
        }
        catch (HttpRequestException e) when (e.InnerException is NobodyServesException nobody)
        {
            throw AwocException.Unavailable($"No daemon serves {_home.Path}. Start one with: awoc daemon start", null, nobody);
        }
    }

    /// <summary>
    /// Does once more what a dying daemon cut off: reading, setting what is set already, canceling what is being canceled, and
    /// a launch, which carries an idempotency key. Not a stop, whose second try would start a daemon to stop it.
    /// </summary>
    private async Task<T> AgainAsync<T>(Func<Task<T>> exchange)
    {
        try
        {
            return await exchange().ConfigureAwait(false);
        }
        catch (Exception e) when (IsCutOff(e))
        {
            try
            {
                return await exchange().ConfigureAwait(false);
            }
            catch (Exception again) when (IsCutOff(again))
            {
                throw CutOff(again);
            }
        }
    }

    private static bool IsCutOff(Exception e) => e is HttpRequestException or IOException;

    private AwocException CutOff(Exception e) =>
        AwocException.Unavailable($"The daemon of {_home.Path} broke off. `awoc daemon logs` has its last words.", e.Message, e);

    private AwocException NotUnderstood(HttpResponseMessage? answer, Exception? inner) => AwocException.Unavailable(
        $"What serves {_home.Socket} does not speak as this version of awoc ({ClientVersion.Text}) does. Replace it with: awoc daemon restart",
        answer is null ? inner?.Message : $"HTTP {(int)answer.StatusCode}",
        inner);

    private async Task<Problem> ProblemOfAsync(HttpResponseMessage answer, CancellationToken token)
    {
        try
        {
            var body = await answer.Content.ReadAsStreamAsync(token).ConfigureAwait(false);
            var problem = await JsonSerializer.DeserializeAsync(body, WireJson.Default.Problem, token).ConfigureAwait(false);
            return problem ?? NotUnderstood(answer, null).Problem;
        }
        catch (JsonException e)
        {
            return NotUnderstood(answer, e).Problem;
        }
    }

    /// <summary>
    /// Before the first request. An older daemon would not know what this client may ask for, so it is replaced; a newer one serves
    /// older clients, and replacing it would set two installations against each other for ever.
    /// </summary>
    private async Task CheckVersionAsync(CancellationToken token)
    {
        if (_launcher is null || _versionChecked) return;
        await _versionGate.WaitAsync(token).ConfigureAwait(false);
        try
        {
            if (_versionChecked) return;
            using var request = Request(HttpMethod.Get, "health");
            using var answer = await ExchangeAsync(request, token).ConfigureAwait(false);
            var running = Header(answer, ClientVersion.Header);
            switch (ClientVersion.Compare(running))
            {
                case < 0:
                    await ReplaceAsync(answer, token).ConfigureAwait(false);
                    Notice?.Invoke($"the daemon was of version {running}: {ClientVersion.Text} took its place, agents at work go on");
                    break;
                case > 0:
                    Notice?.Invoke($"the daemon is of version {running}, newer than this awoc ({ClientVersion.Text}): update awoc, or run the newer one");
                    break;
            }

            _versionChecked = true;
        }
        finally
        {
            _versionGate.Release();
        }
    }

    private async Task ReplaceAsync(HttpResponseMessage health, CancellationToken token)
    {
        var body = await health.Content.ReadAsStreamAsync(token).ConfigureAwait(false);
        using var old = await JsonDocument.ParseAsync(body, cancellationToken: token).ConfigureAwait(false);
        using var end = ProcessEnd.Of(old.RootElement.GetProperty("pid").GetInt32());
        using var stop = Json(HttpMethod.Post, "daemon/stop", new StopRequest(Cancel: false), WireJson.Default.StopRequest);
        using (await ExchangeAsync(stop, token).ConfigureAwait(false)) { }
        if (!await end.WaitAsync(s_stopLimit).ConfigureAwait(false)) throw WillNotStop();
    }
}
