using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Awoc.Core.Agents;
using Awoc.Core.Tasks;
using Awoc.Gateway.Tests.Hosting;
using Awoc.TestKit;

namespace Awoc.Gateway.Tests.Grants;

/// <summary>Grants over the wire: what goes upstream, who waits and who is refused.</summary>
public sealed class GrantTests
{
    [Fact]
    public async Task Cap_BelowWhatIsAsked_ChangesMaxTokensAndNothingElse()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl, l => l with { Allowance = new Allowance(5000) });
        const string Before = "{ \"model\" : \"claude-test\",\n \"new_field\":{\"max_tokens\": 9},\"messages\":[{\"role\":\"user\",\"content\":\"max_tokens \\u00fc\"}], \"max_tokens\" :  ";

        using var response = await host.SendAsync(GatewayHost.Messages(Before + "64000 ,\"stream\":false } "));

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(Before + "3750 ,\"stream\":false } ", Encoding.UTF8.GetString(upstream.Only.Body));
        Assert.Equal(upstream.Only.Body.Length.ToString(System.Globalization.CultureInfo.InvariantCulture), upstream.Only["content-length"]);
        Assert.Contains("\"cap\":3750", host.Ledger, StringComparison.Ordinal);
        Assert.Contains("\"asked\":64000", host.Ledger, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cap_BelowWhatIsAsked_OfAChunkedBody_IsWrittenToo()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl, l => l with { Allowance = new Allowance(5000) });
        using var request = GatewayHost.Messages(Samples.Ask(maxTokens: 64_000));
        request.Headers.TransferEncodingChunked = true;

        using var response = await host.SendAsync(request);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(Samples.Ask(maxTokens: 3750), Encoding.UTF8.GetString(upstream.Only.Body));
    }

    [Theory]
    [InlineData(5000, 31999, "enabled", 1875)]
    [InlineData(3000, 31999, "enabled", 1024)]
    [InlineData(1500, 31999, "disabled", 0)]
    [InlineData(5000, 1024, "enabled", 1024)]
    public async Task Thinking_BeyondTheCap_IsLoweredOrTurnedOff(long allowance, long thinking, string type, long budget)
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl, l => l with { Allowance = new Allowance(allowance) });

        using var response = await host.SendAsync(GatewayHost.Messages(
            $$$"""{"max_tokens":32000,"thinking":{"budget_tokens":{{{thinking}}},"type":"enabled"},"context_management":{"edits":[{"type":"clear_thinking_20251015","keep":"all"},{"keep":3,"type":"clear_tool_uses_20250919"}]}}"""));

        var sent = JsonNode.Parse(upstream.Only.Body)!;
        Assert.Equal(type, (string?)sent["thinking"]!["type"]);
        Assert.Equal(budget, (long?)sent["thinking"]!["budget_tokens"] ?? 0);
        Assert.True(type == "disabled" || budget < (long)sent["max_tokens"]!);
        var edits = sent["context_management"]!["edits"]!.AsArray().Select(e => e!.ToJsonString()).ToList();
        Assert.Equal(type == "disabled" ? 1 : 2, edits.Count);
        Assert.Equal("{\"keep\":3,\"type\":\"clear_tool_uses_20250919\"}", edits[^1]);
    }

    [Fact]
    public async Task Thinking_Adaptive_StaysAsItIs()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl, l => l with { Allowance = new Allowance(50) });
        const string After = ",\"thinking\":{\"type\":\"adaptive\"},\"context_management\":{\"edits\":[{\"type\":\"clear_thinking_20251015\"}]}}";

        using var response = await host.SendAsync(GatewayHost.Messages("{\"max_tokens\":32000" + After));

        Assert.Equal("{\"max_tokens\":25" + After, Encoding.UTF8.GetString(upstream.Only.Body));
    }

    [Fact]
    public async Task Budget_OfOneToken_HasOneTry()
    {
        await using var upstream = ScriptedUpstream.Start(GenerateAllAsync);
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl, l => l with { Allowance = new Allowance(1) });

        using var response = await host.SendAsync(GatewayHost.Messages(Samples.Ask()));

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(1, (await host.NextChangeAsync()).Usage.Output);
        using var next = await host.SendAsync(GatewayHost.Messages(Samples.Ask()));
        await AuthenticationTests.AssertRefusedAsync(next, 400, "invalid_request_error");
        Assert.Equal(EndReason.Tokens, host.Record.Spent);
    }

    [Theory]
    [InlineData(700)]
    [InlineData(5_000)]
    [InlineData(20_000)]
    public async Task ManyAgentsAtOnce_TogetherNeverGenerateMoreThanTheWorksShare(long tokens)
    {
        long generated = 0;
        await using var upstream = ScriptedUpstream.Start(async e =>
        {
            Interlocked.Add(ref generated, MaxTokensOf(e.Request));
            await GenerateAllAsync(e);
        });
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl, l => l with { Allowance = new Allowance(tokens) });

        var served = await Task.WhenAll(Enumerable.Range(0, 8).Select(async agent =>
        {
            var answers = 0;
            while (true)
            {
                using var response = await host.SendAsync(Messages(Samples.Ask(maxTokens: 300 + (agent * 977)), agent == 0 ? null : $"agent-{agent}"));
                if ((int)response.StatusCode != 200) return answers;
                await response.Content.ReadAsByteArrayAsync();
                answers++;
            }
        }));

        var record = host.Record;
        Assert.Equal((generated, 0, 0), (record.Usage.Output, record.OpenRequests, record.Held));
        Assert.InRange(generated, 1, Awoc.Core.Budgets.BudgetSplit.Of(tokens).Work);
        Assert.True(generated > Awoc.Core.Budgets.BudgetSplit.Of(tokens).Work - 300, $"{generated} generated of {tokens}");
        Assert.Contains(served, s => s > 0);
    }

    [Fact]
    public async Task Held_SiblingSettles_GoesOn()
    {
        var finish = new TaskCompletionSource();
        await using var upstream = ScriptedUpstream.Start(async e =>
        {
            if (MaxTokensOf(e.Request) == 3750) await finish.Task.WaitAsync(e.Stop);
            await e.RespondAsync(200, Samples.Message);
        });
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl, l => l with { Allowance = new Allowance(5000) });
        var first = host.SendAsync(Messages(Samples.Ask(maxTokens: 64_000), null));
        await WaitForAsync(() => upstream.Requests.Count == 1);
        var second = host.SendAsync(Messages(Samples.Ask(maxTokens: 64_000), "a"));
        await WaitForAsync(() => host.Record.Held == 1);
        Assert.Single(upstream.Requests);

        finish.SetResult();

        Assert.Equal(200, (int)(await first).StatusCode);
        Assert.Equal(200, (int)(await second).StatusCode);
        Assert.Equal((3750 - 42) / 2, MaxTokensOf(upstream.Requests.Last()));
    }

    [Fact]
    public async Task Held_ClientLeaves_IsForgottenAndNothingIsSent()
    {
        var finish = new TaskCompletionSource();
        await using var upstream = ScriptedUpstream.Start(async e =>
        {
            await finish.Task.WaitAsync(e.Stop);
            await e.RespondAsync(200, Samples.Message);
        });
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl, l => l with { Allowance = new Allowance(5000) });
        var first = host.SendAsync(Messages(Samples.Ask(maxTokens: 64_000), null));
        await WaitForAsync(() => upstream.Requests.Count == 1);
        using var leave = new CancellationTokenSource();
        var second = host.Client.SendAsync(Messages(Samples.Ask(maxTokens: 64_000), "a"), leave.Token);
        await WaitForAsync(() => host.Record.Held == 1);

        await leave.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        await WaitForAsync(() => host.Record.Held == 0);
        finish.SetResult();
        Assert.Equal(200, (int)(await first).StatusCode);
        Assert.Equal((1, 1), (host.Record.Requests, upstream.Requests.Count));
    }

    [Fact]
    public async Task Held_AttemptCloses_Answers401()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.GoneAsync());
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl, l => l with { Allowance = new Allowance(5000) });
        var first = host.SendAsync(Messages(Samples.Ask(maxTokens: 64_000), null));
        await WaitForAsync(() => upstream.Requests.Count == 1);
        var second = host.SendAsync(Messages(Samples.Ask(maxTokens: 64_000), "a"));
        await WaitForAsync(() => host.Record.Held == 1);

        var record = host.Gateway.Close(host.Task, 1)!;

        await AuthenticationTests.AssertRefusedAsync(await second, 401, "authentication_error");
        await AuthenticationTests.AssertRefusedAsync(await first, 401, "authentication_error");
        Assert.InRange(record.Usage.Output, 768, 2000);
        Assert.Equal((true, 0, 0), (record.Usage.Estimated, record.OpenRequests, record.Held));
    }

    [Fact]
    public async Task Report_Begun_ForbidsToolsAndThinkingAndRefusesSubAgents()
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl, l => l with { Allowance = new Allowance(5000) });
        using (var work = await host.SendAsync(Messages(Samples.Ask(), null))) await work.Content.ReadAsByteArrayAsync();

        host.Gateway.BeginReport(host.Task, 1);
        host.Gateway.BeginReport(host.Task, 1);

        using var sub = await host.SendAsync(Messages(Samples.Ask(), "a"));
        await AuthenticationTests.AssertRefusedAsync(sub, 400, "invalid_request_error");
        using var report = await host.SendAsync(Messages(
            "{\"tools\":[{\"name\":\"Bash\"}],\"max_tokens\":64000,\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024},\"stream\":false}", null));
        Assert.Equal(
            "{\"tools\":[{\"name\":\"Bash\"}],\"max_tokens\":4958,\"tool_choice\":{\"type\":\"none\"},\"thinking\":{\"type\":\"disabled\"},\"stream\":false}",
            Encoding.UTF8.GetString(upstream.Requests.Last().Body));
        using var chosen = await host.SendAsync(Messages("{\"tool_choice\":{\"type\":\"auto\"},\"tools\":[{}],\"max_tokens\":10}", null));
        Assert.Equal("{\"tool_choice\":{\"type\":\"none\"},\"tools\":[{}],\"max_tokens\":10}", Encoding.UTF8.GetString(upstream.Requests.Last().Body));
        using var without = await host.SendAsync(Messages("{\"tools\":[],\"max_tokens\":10}", null));
        Assert.Equal("{\"tools\":[],\"max_tokens\":10}", Encoding.UTF8.GetString(upstream.Requests.Last().Body));

        await WaitForAsync(() => host.Record.OpenRequests == 0);
        var record = host.Record;
        Assert.Equal((true, 126, 168, null), (record.Reporting, record.ReportTokens, record.Usage.Output, record.Spent));
        var again = host.Gateway.Close(host.Task, 1)!;
        Assert.Equal((true, 126, 1), (again.Reporting, host.Gateway.Read(host.LedgerPath).ReportTokens, host.Gateway.Read(host.LedgerPath).Turns));
        host.Open(upstream.BaseUrl, l => l with { Allowance = new Allowance(5000) });
        using var adopted = await host.SendAsync(Messages(Samples.Ask(), "a"));
        await AuthenticationTests.AssertRefusedAsync(adopted, 400, "invalid_request_error");
    }

    [Fact]
    public async Task Allowance_RaisedAfterARefusal_LetsTheWorkGoOn()
    {
        await using var upstream = ScriptedUpstream.Start(GenerateAllAsync);
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl, l => l with { Allowance = new Allowance(1000) });
        using (var first = await host.SendAsync(Messages(Samples.Ask(maxTokens: 64_000), null))) await first.Content.ReadAsByteArrayAsync();
        using (var refused = await host.SendAsync(Messages(Samples.Ask(), null))) Assert.Equal(400, (int)refused.StatusCode);
        Assert.Equal(EndReason.Tokens, host.Record.Spent);
        Assert.Equal(EndReason.Tokens, host.Gateway.Read(host.LedgerPath).Spent);

        host.Gateway.SetAllowance(host.Task, 1, new Allowance(10_000));

        Assert.Null(host.Record.Spent);
        using var next = await host.SendAsync(Messages(Samples.Ask(maxTokens: 64_000), null));
        Assert.Equal(200, (int)next.StatusCode);
        Assert.Equal(7500 - 500, MaxTokensOf(upstream.Requests.Last()));
    }

    [Theory]
    [InlineData("turns", "AWOC: turn budget of task {0}: 1 of 1 turns used", EndReason.Turns)]
    [InlineData("input", "AWOC: input budget of task {0}: 63 of 60 input tokens used", EndReason.InputTokens)]
    public async Task Limit_OtherThanTokens_IsNamed(string which, string words, EndReason reason)
    {
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(200, Samples.Message));
        await using var host = await GatewayHost.StartAsync();
        var allowance = new Allowance(100_000);
        host.Open(upstream.BaseUrl, l => l with { Allowance = which == "turns" ? allowance with { Turns = 1 } : allowance with { InputTokens = 60 } });
        using (var first = await host.SendAsync(Messages(Samples.Ask(), null))) await first.Content.ReadAsByteArrayAsync();
        await host.NextChangeAsync();

        using var response = await host.SendAsync(Messages(Samples.Ask(), null));

        var message = await AuthenticationTests.AssertRefusedAsync(response, 400, "invalid_request_error");
        Assert.Equal(string.Format(System.Globalization.CultureInfo.InvariantCulture, words, host.Task.Handle), message);
        Assert.Equal((reason, 1, 1), (host.Record.Spent, host.Record.BudgetRefusals, host.Record.Turns));
    }

    [Theory]
    [InlineData("retry-after: 90\r\n", 90)]
    [InlineData("retry-after: 5\r\nanthropic-ratelimit-output-tokens-remaining: 0\r\nanthropic-ratelimit-output-tokens-reset: {0:yyyy-MM-ddTHH:mm:ssZ}\r\n", 3600)]
    [InlineData("anthropic-ratelimit-output-tokens-remaining: 7\r\nanthropic-ratelimit-output-tokens-reset: {0:yyyy-MM-ddTHH:mm:ssZ}\r\n", null)]
    [InlineData("retry-after: 5\r\nanthropic-ratelimit-unified-reset: {1}\r\n", 3600)]
    [InlineData("retry-after: soon\r\nanthropic-ratelimit-unified-reset: 99999999999999\r\n", null)]
    [InlineData("", null)]
    public async Task RateLimited_TellsWhenItResets(string headers, int? seconds)
    {
        var hour = TimeProvider.System.GetUtcNow().AddHours(1);
        var told = string.Format(System.Globalization.CultureInfo.InvariantCulture, headers, hour, hour.ToUnixTimeSeconds());
        await using var upstream = ScriptedUpstream.Start(e => e.RespondAsync(429, Samples.Overloaded, told));
        await using var host = await GatewayHost.StartAsync();
        host.Open(upstream.BaseUrl);

        using var response = await host.SendAsync(Messages(Samples.Ask(), null));

        var record = await host.NextChangeAsync();
        Assert.Equal(seconds is null, record.ResetsAt is null);
        if (seconds is { } s) Assert.InRange((record.ResetsAt!.Value - TimeProvider.System.GetUtcNow()).TotalSeconds, s - 20, s + 1);
        Assert.Equal(record.ResetsAt, host.Gateway.Read(host.LedgerPath).ResetsAt);
        Assert.Equal(0, record.Turns);
        Assert.NotNull(record.LastTrafficAt);
    }

    private static HttpRequestMessage Messages(string body, string? agent)
    {
        var request = GatewayHost.Messages(body);
        if (agent is not null) request.Headers.Add("x-claude-code-agent-id", agent);
        return request;
    }

    /// <summary>A model that always has more to say than it may.</summary>
    private static Task GenerateAllAsync(ScriptedExchange exchange) => exchange.RespondAsync(
        200, Samples.Message.Replace("\"output_tokens\":42", $"\"output_tokens\":{MaxTokensOf(exchange.Request)}", StringComparison.Ordinal));

    private static long MaxTokensOf(RecordedHttp request)
    {
        using var body = JsonDocument.Parse(request.Body);
        return body.RootElement.GetProperty("max_tokens").GetInt64();
    }

    private static Task WaitForAsync(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string what = "") =>
        Eventually.TrueAsync(condition, GatewayHost.Patience, what);
}
