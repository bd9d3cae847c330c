using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Awoc.Client.Wire;

namespace Awoc.Client;

/// <content>The stream of events.</content>
public sealed partial class AwocClient
{
    // From one lost connection to the next try, as long as nothing comes in between.
    private static readonly TimeSpan[] s_reconnectPauses = [.. ((double[])[0, 0.1, 0.5, 2, 5]).Select(TimeSpan.FromSeconds)];

    private static readonly TimeSpan s_held = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Events as they are committed, without end: of all tasks, or of one. A connection that is lost is opened again (the daemon
    /// started again, where this client may), and the stream goes on after the last event it had: none is missed, none comes twice.
    /// </summary>
    /// <param name="after">The <see cref="EventView.Seq"/> to go on after; null begins with what is new.</param>
    /// <param name="task">A reference to the only task of interest; null for all.</param>
    /// <param name="token">Ends the stream.</param>
    public async IAsyncEnumerable<EventView> EventsAsync(
        long? after = null, string? task = null, [EnumeratorCancellation] CancellationToken token = default)
    {
        await foreach (var item in SubscribeAsync(after, task, token).ConfigureAwait(false))
        {
            if (item is { } view) yield return view;
        }
    }

    /// <summary>The same, with a null each time that a subscription has been taken (up) again: from there on nothing is missed.</summary>
    private async IAsyncEnumerable<EventView?> SubscribeAsync(
        long? after, string? task, [EnumeratorCancellation] CancellationToken token)
    {
        for (var failures = 0; ; failures++)
        {
            if (failures == s_reconnectPauses.Length)
                throw AwocException.Unavailable($"The daemon of {_home.Path} breaks off again and again. `awoc daemon logs` has its last words.");
            await Task.Delay(s_reconnectPauses[failures], _time, token).ConfigureAwait(false);

            HttpResponseMessage answer;
            try
            {
                answer = await AnswerAsync(() => Request(HttpMethod.Get, EventsPath(after, task)), token).ConfigureAwait(false);
            }
            catch (Exception e) when (IsCutOff(e))
            {
                continue;
            }

            using (answer)
            {
                var opened = _time.GetTimestamp();
                // Lost before its first event, the next connection goes on from where this one began.
                after ??= CursorOf(answer);
                yield return null;
                var body = await answer.Content.ReadAsStreamAsync(token).ConfigureAwait(false);
                await using var items = SseParser.Create(body, ParseEvent).EnumerateAsync(token).GetAsyncEnumerator(token);
                while (await NextAsync(items).ConfigureAwait(false))
                {
                    if (items.Current.Data is not { } view) continue;
                    failures = 0;
                    after = view.Seq;
                    yield return view;
                }

                // A quiet stream that held is as good as a busy one.
                if (_time.GetElapsedTime(opened) > s_held) failures = 0;
            }
        }
    }

    private static long? CursorOf(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues(WireHeaders.EventsAfter, out var values)
            && long.TryParse(values.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var cursor)
                ? cursor
                : null;

    private static string EventsPath(long? after, string? task)
    {
        List<string> parts = [];
        if (after is { } seq) parts.Add($"after={seq}");
        if (task is not null) parts.Add($"task={Uri.EscapeDataString(task)}");
        return parts.Count == 0 ? "events" : $"events?{string.Join('&', parts)}";
    }

    private static EventView? ParseEvent(string kind, ReadOnlySpan<byte> data) =>
        data.IsEmpty ? null : JsonSerializer.Deserialize(data, WireJson.Default.EventView);

    /// <summary>False at the end of this connection, however it came.</summary>
    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<SseItem<EventView?>> items)
    {
        try
        {
            return await items.MoveNextAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (IsCutOff(e))
        {
            return false;
        }
    }
}
