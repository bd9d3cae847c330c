using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;

namespace Awoc.Rehearsal.Tests;

/// <summary>The provider's prompt cache as the server models it.</summary>
public sealed class PromptCacheTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));

    [Fact]
    public async Task Messages_ReadWithinItsLife_LivesOnFromTheRead()
    {
        await using var server = await StartAsync();
        using var client = new ModelClient(server.BaseUrl);
        var written = Written(await client.AskAsync(Marked(8000, "first")));

        for (var i = 0; i < 3; i++)
        {
            _time.Advance(TimeSpan.FromMinutes(4));
            Assert.Equal((written, 0), Cache(await client.AskAsync(Marked(8000, $"again {i}"))));
        }

        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal((0, written), Cache(await client.AskAsync(Marked(8000, "late"))));
    }

    [Fact]
    public async Task Messages_MarkOfAnHour_IsWrittenAsSuchAndLivesAnHour()
    {
        await using var server = await StartAsync();
        using var client = new ModelClient(server.BaseUrl);

        var first = await client.AskAsync(Marked(8000, "first", "1h"));
        _time.Advance(TimeSpan.FromMinutes(59));
        // Read under a mark of five minutes it stays the hour's that was paid for.
        var second = await client.AskAsync(Marked(8000, "second"));
        _time.Advance(TimeSpan.FromMinutes(59));
        var third = await client.AskAsync(Marked(8000, "third", "1h"));
        _time.Advance(TimeSpan.FromMinutes(61));
        var late = await client.AskAsync(Marked(8000, "late", "1h"));

        var written = Written(first);
        Assert.Equal((0, written), Split(first));
        Assert.Equal((written, 0), Cache(second));
        Assert.Equal((written, 0), Cache(third));
        Assert.Equal((0, written), Cache(late));
    }

    [Theory]
    [InlineData("claude-sonnet-5", 1024)]
    [InlineData("claude-opus-4-8", 1024)]
    [InlineData("claude-opus-4-7", 2048)]
    [InlineData("claude-haiku-4-5-20251001", 4096)]
    [InlineData("claude-3-haiku-20240307", 2048)]
    public async Task Messages_PrefixBelowTheModelsMinimum_IsNotCached(string model, int least)
    {
        await using var server = await StartAsync();
        using var client = new ModelClient(server.BaseUrl);

        // A token is four bytes; the block's JSON is 28 of them.
        var below = await client.AskAsync(Marked((4 * least) - 28 - 4, "x", model: model));
        var at = await client.AskAsync(Marked((4 * least) - 28, "x", model: model));

        Assert.Equal((0, 0), Cache(below));
        Assert.Equal((0, least), Cache(at));
    }

    [Fact]
    public async Task Messages_BeforeTheWritersAnswerHasBegun_FindsNothing()
    {
        await using var server = await RehearsalServer.StartAsync(new RehearsalOptions { Time = _time, Scenario = "turns?n=1&delay=30s" });
        using var client = new ModelClient(server.BaseUrl);

        var first = client.AskAsync(Marked(8000, "first"));
        await server.Log.WaitAsync(log => log.MessageRequests.Count == 1);
        var second = client.AskAsync(Marked(8000, "second"));
        await server.Log.WaitAsync(log => log.MessageRequests.Count == 2);
        await PassAsync(first, second);
        var third = client.AskAsync(Marked(8000, "third"));
        await PassAsync(third);

        var written = Written(await first);
        Assert.True(written > 2000);
        Assert.Equal((0, written), Cache(await second));
        Assert.Equal((written, 0), Cache(await third));
    }

    [Fact]
    public async Task Messages_AnotherCredential_HasACacheOfItsOwn()
    {
        await using var server = await StartAsync();
        using var client = new ModelClient(server.BaseUrl);

        var first = await client.AskAsync(Marked(8000, "x"), ("x-api-key", "one"));
        var other = await client.AskAsync(Marked(8000, "x"), ("x-api-key", "two"));
        var same = await client.AskAsync(Marked(8000, "x"), ("authorization", "Bearer one"));

        Assert.Equal((0, Written(first)), Cache(other));
        Assert.Equal((Written(first), 0), Cache(same));
    }

    [Fact]
    public async Task Messages_LastSharedBlockMarked_SiblingsReadItAndWriteTheirOwn()
    {
        await using var server = await StartAsync();
        using var client = new ModelClient(server.BaseUrl);

        var first = await client.AskAsync(WithOwn("one"));
        var second = await client.AskAsync(WithOwn("two"));

        var shared = Written(first) - Written(second);
        Assert.InRange(shared, 2000, 2050);
        Assert.Equal(shared, Cache(second).Read);

        JsonObject WithOwn(string own)
        {
            var body = Marked(8000, "x");
            body["messages"]![0]!["content"] = new JsonArray(Text(new string(own[0], 4096), "5m"));
            return body;
        }
    }

    [Fact]
    public async Task Messages_MoreThanTwentyBlocksSinceTheEntry_IsWrittenAgain()
    {
        await using var server = await StartAsync();
        using var client = new ModelClient(server.BaseUrl);
        var written = Written(await client.AskAsync(Blocks(1)));

        var near = await client.AskAsync(Blocks(20));
        var far = await client.AskAsync(Blocks(60));

        Assert.Equal(written, Cache(near).Read);
        Assert.Equal(0, Cache(far).Read);

        static JsonObject Blocks(int count)
        {
            var body = ModelClient.Request("x");
            var blocks = new JsonArray();
            for (var i = 0; i < count; i++) blocks.Add(Text(new string((char)('a' + (i % 26)), 8000), i == count - 1 ? "5m" : null));
            body["messages"]![0]!["content"] = blocks;
            return body;
        }
    }

    [Fact]
    public async Task Messages_OtherToolChoice_KeepsToolsAndSystemAndWritesTheMessagesAgain()
    {
        await using var server = await StartAsync();
        using var client = new ModelClient(server.BaseUrl);

        var first = await client.AskAsync(Body(null));
        var report = await client.AskAsync(Body("none"));
        var same = await client.AskAsync(Body("auto"));

        var system = Cache(report).Read;
        Assert.InRange(system, 2000, 2100);
        Assert.Equal(Written(first), system + Cache(report).Write);
        Assert.Equal((Written(first), 0), Cache(same));

        static JsonObject Body(string? choice)
        {
            var body = Marked(8000, "x");
            body["tools"] = new JsonArray(new JsonObject { ["name"] = "Read", ["input_schema"] = new JsonObject { ["type"] = "object" } });
            if (choice is not null) body["tool_choice"] = new JsonObject { ["type"] = choice };
            body["messages"]![0]!["content"] = new JsonArray(Text(new string('m', 6000), "5m"));
            return body;
        }
    }

    [Fact]
    public async Task Messages_MarkOnTheRequest_StandsForOneOnItsLastBlock()
    {
        await using var server = await StartAsync();
        using var client = new ModelClient(server.BaseUrl);
        var body = ModelClient.Request(new string('x', 8000));
        body["cache_control"] = new JsonObject { ["type"] = "ephemeral" };

        var first = await client.AskAsync(body);
        var second = await client.AskAsync(body);

        Assert.Equal((Written(first), 0), Cache(second));
        Assert.True(Written(first) > 2000);
    }

    [Theory]
    [InlineData("5m,5m,5m,5m,5m", "A maximum of 4 blocks with cache_control may be provided. Found 5.")]
    [InlineData("5m,1h", "system.1.cache_control.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block")]
    [InlineData("2h", "system.0.cache_control.ephemeral.ttl: Input should be '5m' or '1h'")]
    public async Task Messages_MarksThatTheApiRefuses_AreRefusedInItsWords(string marks, string message)
    {
        await using var server = await StartAsync();
        using var client = new ModelClient(server.BaseUrl);
        var body = ModelClient.Request("x");
        body["system"] = new JsonArray([.. marks.Split(',').Select(ttl => Text("some words", ttl))]);

        var (status, type, said) = await client.FailAsync(body);

        Assert.Equal((400, "invalid_request_error"), (status, type));
        Assert.StartsWith(message, said, StringComparison.Ordinal);
    }

    private Task<RehearsalServer> StartAsync() => RehearsalServer.StartAsync(new RehearsalOptions { Time = _time });

    /// <summary>Lets the server's time pass until the answers are there.</summary>
    private async Task PassAsync(params Task[] answers)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var all = Task.WhenAll(answers);
        while (!all.IsCompleted)
        {
            limit.Token.ThrowIfCancellationRequested();
            _time.Advance(TimeSpan.FromSeconds(5));
            await Task.WhenAny(all, Task.Delay(20, limit.Token));
        }

        await all;
    }

    private static JsonObject Marked(int length, string prompt, string? ttl = null, string model = "claude-sonnet-5")
    {
        var body = ModelClient.Request(prompt, model: model);
        body["system"] = new JsonArray(Text(new string('s', length), ttl ?? "5m"));
        return body;
    }

    private static JsonObject Text(string text, string? ttl)
    {
        var block = new JsonObject { ["type"] = "text", ["text"] = text };
        if (ttl is not null) block["cache_control"] = new JsonObject { ["type"] = "ephemeral", ["ttl"] = ttl };
        return block;
    }

    private static int Written(Answer answer) => Cache(answer).Write;

    private static (int Read, int Write) Cache(Answer answer) =>
        ((int)answer.StartUsage["cache_read_input_tokens"]!, (int)answer.StartUsage["cache_creation_input_tokens"]!);

    private static (int Short, int Long) Split(Answer answer) =>
        ((int)answer.Usage["cache_creation"]!["ephemeral_5m_input_tokens"]!, (int)answer.Usage["cache_creation"]!["ephemeral_1h_input_tokens"]!);
}
