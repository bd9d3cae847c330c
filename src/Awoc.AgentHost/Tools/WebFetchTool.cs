using System.Net;
using System.Text;
using System.Text.Json;

namespace Awoc.AgentHost.Tools;

/// <summary>Fetches a page as text, on the web alone: what runs on this machine or beside it is out of reach.</summary>
internal sealed class WebFetchTool(bool allowPrivate) : ITool, IDisposable
{
    /// <summary>Bytes of a page that are read.</summary>
    public const int MaxBytes = 2_000_000;

    /// <summary>Characters of text given back.</summary>
    public const int MaxLength = 50_000;

    private const int MaxRedirects = 5;

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(30);

    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.All,
        ConnectCallback = allowPrivate ? null : PublicAddress.ConnectAsync,
    })
    {
        Timeout = s_timeout,
    };

    public string Name => "WebFetch";

    public string Description =>
        $"Fetches an http or https URL and gives its content as text, up to {MaxLength} characters. 'prompt' says what you look for. "
        + "Addresses of this machine and of private networks are refused.";

    public string Schema => """
        {"type":"object","properties":{
        "url":{"type":"string","format":"uri","description":"The address"},
        "prompt":{"type":"string","description":"What to look for on the page"}},
        "required":["url"],"additionalProperties":false}
        """;

    public Task<ToolOutcome> RunAsync(JsonElement input, CancellationToken cancellation) => Workspace.GuardAsync(async () =>
    {
        var url = Parse(input.Required("url"));
        try
        {
            for (var hop = 0; hop <= MaxRedirects; hop++)
            {
                if (!allowPrivate) PublicAddress.RequirePublicName(url);
                using var response = await _client.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, cancellation);
                if ((int)response.StatusCode is >= 300 and < 400 && response.Headers.Location is { } location)
                {
                    url = Parse(new Uri(url, location).AbsoluteUri);
                    continue;
                }

                var text = await TextOfAsync(response, cancellation);
                return response.IsSuccessStatusCode
                    ? new ToolOutcome($"{url}\n\n{text}")
                    : ToolOutcome.Error($"{url} answered {(int)response.StatusCode}\n\n{text}");
            }

            return ToolOutcome.Error($"{url}: more than {MaxRedirects} redirects");
        }
        catch (HttpRequestException fault)
        {
            return ToolOutcome.Error($"{url} could not be fetched: {fault.InnerException?.Message ?? fault.Message}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return ToolOutcome.Error($"{url} did not answer within {s_timeout.TotalSeconds} s");
        }
    });

    public void Dispose() => _client.Dispose();

    private static Uri Parse(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url!
            : throw new ToolFault($"'{text}' is no http or https URL");

    private static async Task<string> TextOfAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var type = response.Content.Headers.ContentType?.MediaType ?? "text/plain";
        if (type.StartsWith("image/", StringComparison.Ordinal) || type is "application/octet-stream" or "application/zip" or "application/pdf")
            return $"(content of type {type} is not text)";
        // The client's time-out ends with the headers: the body has the same again.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_timeout);
        await using var body = await response.Content.ReadAsStreamAsync(limit.Token);
        var buffer = new byte[MaxBytes];
        var read = await body.ReadAtLeastAsync(buffer, MaxBytes, throwOnEndOfStream: false, limit.Token);
        var text = Encoding.UTF8.GetString(buffer, 0, read);
        if (type is "text/html" or "application/xhtml+xml") text = HtmlText.Of(text);
        return text.Length > MaxLength ? $"{text[..MaxLength]}\n(cut at {MaxLength} characters)" : text;
    }
}
