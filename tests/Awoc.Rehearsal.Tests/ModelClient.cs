using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Awoc.Rehearsal.Tests;

/// <summary>A plain client of the Messages API, that reads streams the way an SDK does and checks their order as it goes.</summary>
internal sealed class ModelClient(string baseUrl) : IDisposable
{
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(60) };

    public HttpClient Http => _http;

    public static JsonObject Request(string prompt, int maxTokens = 4096, bool stream = false, string model = "claude-sonnet-5") => new()
    {
        ["model"] = model,
        ["max_tokens"] = maxTokens,
        ["stream"] = stream,
        ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = prompt }),
    };

    public async Task<HttpResponseMessage> PostAsync(string path, string body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, baseUrl + path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    public Task<HttpResponseMessage> PostAsync(JsonObject body, params (string Name, string Value)[] headers) =>
        PostAsync("/v1/messages", body.ToJsonString(), headers);

    /// <summary>One answer, streamed or not as the body says, in one shape.</summary>
    public async Task<Answer> AskAsync(JsonObject body, params (string Name, string Value)[] headers)
    {
        using var response = await PostAsync(body, headers);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}: {text}");
        return (bool?)body["stream"] == true ? Answer.OfStream(text) : Answer.OfMessage(JsonNode.Parse(text)!.AsObject());
    }

    public async Task<(int Status, string Type, string Message)> FailAsync(JsonObject body, params (string Name, string Value)[] headers)
    {
        using var response = await PostAsync(body, headers);
        return await ErrorOfAsync(response);
    }

    public static async Task<(int Status, string Type, string Message)> ErrorOfAsync(HttpResponseMessage response)
    {
        var json = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal("error", (string?)json["type"]);
        Assert.Equal(response.Headers.GetValues("request-id").Single(), (string?)json["request_id"]);
        return ((int)response.StatusCode, (string)json["error"]!["type"]!, (string)json["error"]!["message"]!);
    }

    public static HttpClient OverSocket(string path) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    });

    public void Dispose() => _http.Dispose();
}

/// <param name="Blocks">Content blocks; a tool's input is its raw JSON text, whole or cut.</param>
internal sealed record Answer(IReadOnlyList<AnswerBlock> Blocks, string StopReason, JsonObject StartUsage, JsonObject Usage, JsonArray Content)
{
    public string Text => string.Concat(Blocks.Where(b => b.Type == "text").Select(b => b.Content));

    public IEnumerable<AnswerBlock> Tools => Blocks.Where(b => b.Type == "tool_use");

    public int Output => (int)Usage["output_tokens"]!;

    public static Answer OfMessage(JsonObject message)
    {
        Assert.Equal("message", (string?)message["type"]);
        var content = message["content"]!.AsArray();
        return new Answer(
            [
                .. content.Select(b => new AnswerBlock(
                    (string)b!["type"]!,
                    (string?)b["name"],
                    (string?)b["id"],
                    (string?)b["text"] ?? (string?)b["thinking"] ?? b["input"]!.ToJsonString())),
            ],
            (string)message["stop_reason"]!, message["usage"]!.AsObject(), message["usage"]!.AsObject(), content);
    }

    public static Answer OfStream(string stream)
    {
        var blocks = new List<AnswerBlock>();
        StringBuilder? open = null;
        (JsonObject? start, JsonObject? end, string? stop, var stopped) = (null, null, null, false);
        foreach (var (name, data) in Events(stream))
        {
            Assert.Equal(name, (string?)data["type"]);
            Assert.False(stopped, "an event after message_stop");
            switch (name)
            {
                case "message_start":
                    Assert.Null(start);
                    start = data["message"]!["usage"]!.AsObject();
                    break;
                case "content_block_start":
                    Assert.Null(open);
                    Assert.Equal(blocks.Count, (int)data["index"]!);
                    var block = data["content_block"]!;
                    blocks.Add(new AnswerBlock((string)block["type"]!, (string?)block["name"], (string?)block["id"], ""));
                    open = new StringBuilder();
                    break;
                case "content_block_delta":
                    var delta = data["delta"]!;
                    open!.Append((string?)delta["text"] ?? (string?)delta["partial_json"] ?? (string?)delta["thinking"] ?? "");
                    break;
                case "content_block_stop":
                    blocks[^1] = blocks[^1] with { Content = open!.ToString() };
                    open = null;
                    break;
                case "message_delta":
                    Assert.Null(open);
                    stop = (string)data["delta"]!["stop_reason"]!;
                    end = data["usage"]!.AsObject();
                    break;
                case "message_stop":
                    stopped = true;
                    break;
                default:
                    Assert.Equal("ping", name);
                    break;
            }
        }

        Assert.True(stopped, "the stream did not end with message_stop");
        return new Answer(blocks, stop!, start!, end!, ContentOf(blocks));
    }

    private static JsonArray ContentOf(List<AnswerBlock> blocks) =>
    [
        .. blocks.Select(b => (JsonNode)(b.Type switch
        {
            "text" => new JsonObject { ["type"] = "text", ["text"] = b.Content },
            "thinking" => new JsonObject { ["type"] = "thinking", ["thinking"] = b.Content, ["signature"] = "" },
            _ => new JsonObject { ["type"] = "tool_use", ["id"] = b.Id, ["name"] = b.Name, ["input"] = Input(b.Content) },
        })),
    ];

    private static JsonNode Input(string json)
    {
        try
        {
            return JsonNode.Parse(json)!;
        }
        catch (JsonException)
        {
            return new JsonObject();
        }
    }

    private static IEnumerable<(string Name, JsonObject Data)> Events(string stream)
    {
        foreach (var frame in stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var lines = frame.Split('\n');
            Assert.Equal(2, lines.Length);
            Assert.StartsWith("event: ", lines[0]);
            Assert.StartsWith("data: ", lines[1]);
            yield return (lines[0]["event: ".Length..], JsonNode.Parse(lines[1]["data: ".Length..])!.AsObject());
        }
    }
}

internal sealed record AnswerBlock(string Type, string? Name, string? Id, string Content);
