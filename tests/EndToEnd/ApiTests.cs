using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Awoc.EndToEnd.BadInput;
using Awoc.TestKit;

namespace Awoc.EndToEnd;

/// <summary>The daemon's API as <c>docs/api.md</c> has it, spoken raw.</summary>
public sealed class ApiTests(SharedSandbox shared) : IClassFixture<SharedSandbox>
{
    private readonly AwocSandbox _awoc = shared.Awoc;

    [Fact]
    public async Task OpenApi_IsServedAndListsEveryRouteOfTheDocs()
    {
        using var api = await ApiAsync();
        var document = JsonNode.Parse(await api.GetStringAsync("openapi/v1.json"))!;
        var served = document["paths"]!.AsObject()
            .SelectMany(p => p.Value!.AsObject().Select(m => $"{m.Key.ToUpperInvariant()} {p.Key.Replace("{reference}", "REF", StringComparison.Ordinal).Replace("{key}", "KEY", StringComparison.Ordinal).Replace("{name}", "NAME", StringComparison.Ordinal)}"))
            .ToHashSet();
        var documented = (await File.ReadAllLinesAsync(Path.Combine(Binaries.Root, "docs", "api.md")))
            .Where(l => l.StartsWith("| `", StringComparison.Ordinal) && l.Contains("/api/v1/", StringComparison.Ordinal))
            .Select(l => l.Split('`')[1].Split('?')[0]).ToHashSet();
        Assert.NotEmpty(documented);
        Assert.Equal(documented.Order(), served.Order());
    }

    [Fact]
    public async Task Health_HasTheVersionHeaderAndTheDaemonsOwnFigures()
    {
        using var api = await ApiAsync();
        using var answer = await api.GetAsync("api/v1/health");
        var health = await JsonAsync(answer);
        Assert.Equal((string?)health["version"], answer.Headers.GetValues("awoc-version").Single());
        Assert.Equal(await _awoc.DaemonPidAsync(), (int)health["pid"]!);
        Assert.Equal(_awoc.Home, (string?)health["home"]);
        Assert.True((int)health["limit"]! >= 1);
    }

    [Fact]
    public async Task Launch_WithAnIdempotencyKeyTwice_LaunchesOnceAndRefusesADifferentOne()
    {
        using var api = await ApiAsync();
        var key = Guid.NewGuid().ToString("n");
        using var first = await LaunchAsync(api, Request("echo once"), key);
        using var second = await LaunchAsync(api, Request("echo once"), key);
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (first.StatusCode, second.StatusCode));
        Assert.Equal((string?)(await JsonAsync(first))["task"]!["id"], (string?)(await JsonAsync(second))["task"]!["id"]);
        using var other = await LaunchAsync(api, Request("echo other"), key);
        Assert.Equal(HttpStatusCode.Conflict, other.StatusCode);
        Assert.Equal("conflict", (string?)(await JsonAsync(other))["type"]);
    }

    [Theory]
    [InlineData("{", 400)]
    [InlineData("", 400)]
    [InlineData("null", 400)]
    [InlineData("[]", 400)]
    [InlineData("{}", 400)]
    [InlineData("{\"task\":null,\"cwd\":null}", 400)]
    [InlineData("{\"task\":7,\"cwd\":\"/\"}", 400)]
    [InlineData("{\"task\":\"echo\",\"cwd\":\"relative\",\"agent\":\"command\"}", 400)]
    [InlineData("{\"task\":\"echo\",\"cwd\":\"/tmp\",\"agent\":\"command\",\"context\":null,\"environment\":null,\"secrets\":null}", 201)]
    [InlineData("{\"task\":\"echo\",\"cwd\":\"/tmp\",\"agent\":\"command\",\"environment\":{\"A\":null},\"context\":[null]}", 400)]
    public async Task Launch_AnyBody_IsAnsweredWithAProblemNeverA500(string body, int status)
    {
        using var api = await ApiAsync();
        using var answer = await LaunchAsync(api, body, null);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(status == (int)answer.StatusCode, text);
        if (status != 201) Assert.Equal("invalid", (string?)JsonNode.Parse(text)!["type"]);
    }

    [Theory]
    [InlineData("GET", "api/v1/nothing", 404)]
    [InlineData("GET", "api/v1/tasks/no-such-task", 404)]
    [InlineData("GET", "api/v1/tasks?limit=0", 400)]
    [InlineData("GET", "api/v1/tasks?state=bogus", 400)]
    [InlineData("GET", "api/v1/tasks?before=bogus", 400)]
    [InlineData("GET", "api/v1/events?after=bogus", 400)]
    [InlineData("POST", "api/v1/doctor", 400)]
    public async Task Request_Wrong_IsAnsweredWithAProblem(string method, string path, int status)
    {
        using var api = await ApiAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var answer = await api.SendAsync(request);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(status, (int)(await JsonAsync(answer))["status"]!);
    }

    [Fact]
    public async Task List_PageByPage_HasEveryTaskOnceAndAnOldLiveOneFirst()
    {
        await using var awoc = new AwocSandbox();
        await awoc.AwocAsync("config", "set", "concurrency", "1");
        var live = await awoc.LaunchAsync("--agent", "command", "sleep 1000");
        var queued = new List<string>();
        for (var i = 0; i < 6; i++) queued.Add(await awoc.LaunchAsync("--agent", "command", $"echo {i}"));
        await awoc.AwocAsync(["cancel", .. queued]);
        using var api = awoc.Api();

        var first = JsonNode.Parse(await api.GetStringAsync("api/v1/tasks?limit=3"))!;
        Assert.Contains(live, Ids(first));
        Assert.Equal(3, Ids(first).Count);
        var seen = Ids(first);
        for (var next = (string?)first["next"]; next is not null;)
        {
            var page = JsonNode.Parse(await api.GetStringAsync($"api/v1/tasks?limit=3&before={next}"))!;
            seen.AddRange(Ids(page));
            next = (string?)page["next"];
        }

        Assert.Equal([.. queued.Append(live).Order()], seen.Distinct().Order());
    }

    [Fact]
    public async Task Events_ReadInPieces_AreTheWholeLogAndReplayToTheTask()
    {
        using var api = await ApiAsync();
        var id = await _awoc.LaunchAsync("--agent", "command", "echo x");
        var ended = await _awoc.EndOfAsync(id);
        var whole = await EventsAsync(api, $"api/v1/events?after=0&task={id}", until: "ended");
        Assert.Equal(["launched", "queued", "attempt_started", "attempt_ended", "ended"], whole.Select(e => (string)e["kind"]!));
        Assert.Equal(Enumerable.Range(1, whole.Count).Select(n => (long)n), whole.Select(e => (long)e["version"]!));
        Assert.Equal((long)ended["version"]!, (long)whole[^1]["version"]!);
        Assert.Equal(whole.Select(e => (long)e["seq"]!).Order(), whole.Select(e => (long)e["seq"]!));

        // Cut off anywhere, a follower that comes back with its cursor has the rest and nothing twice.
        for (var cut = 0; cut < whole.Count - 1; cut++)
        {
            var rest = await EventsAsync(api, $"api/v1/events?task={id}", until: "ended", (long)whole[cut]["seq"]!);
            Assert.Equal(whole.Skip(cut + 1).Select(e => (long)e["seq"]!), rest.Select(e => (long)e["seq"]!));
        }
    }

    private async Task<HttpClient> ApiAsync()
    {
        await _awoc.AwocAsync("daemon", "start");
        return _awoc.Api();
    }

    private string Request(string command) => new JsonObject
    {
        ["task"] = command,
        ["agent"] = "command",
        ["cwd"] = _awoc.Work,
    }.ToJsonString();

    private static async Task<HttpResponseMessage> LaunchAsync(HttpClient api, string body, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/tasks") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (key is not null) request.Headers.Add("idempotency-key", key);
        return await api.SendAsync(request);
    }

    private static async Task<JsonObject> JsonAsync(HttpResponseMessage answer) => JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject();

    private static List<string> Ids(JsonNode page) => [.. page["tasks"]!.AsArray().Select(t => (string)t!["id"]!)];

    private static async Task<List<JsonNode>> EventsAsync(HttpClient api, string path, string until, long? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastEventId is { } id) request.Headers.Add("last-event-id", $"{id}");
        using var answer = await api.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        List<JsonNode> events = [];
        while (events.Count == 0 || (string?)events[^1]["kind"] != until)
        {
            var line = await reader.ReadLineAsync();
            Assert.NotNull(line);
            if (line.StartsWith("data: ", StringComparison.Ordinal)) events.Add(JsonNode.Parse(line[6..])!);
        }

        return events;
    }
}
