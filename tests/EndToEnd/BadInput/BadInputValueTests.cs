using Awoc.TestKit;

namespace Awoc.EndToEnd.BadInput;

/// <summary>Words and numbers that mean nothing: one clear error each, and nothing is launched.</summary>
public sealed class BadInputValueTests(SharedSandbox shared) : IClassFixture<SharedSandbox>
{
    private readonly AwocSandbox _awoc = shared.Awoc;

    [Theory]
    [InlineData("reserch:Stripe payment integration", "research", "TYPE")]
    [InlineData("code-reveiw", "code-review", "TYPE")]
    [InlineData("nonsense", "nonsense", "documentation")]
    [InlineData("custom", "custom:TEXT", "TYPE")]
    [InlineData("research:", "DESCRIPTION", "research")]
    [InlineData("", "TYPE", "description")]
    [InlineData("   ", "TYPE", "description")]
    public async Task Run_UnknownOrEmptyType_IsRefusedWithTheNearest(string task, string names, string also)
    {
        Refusal.Is(await _awoc.AwocAsync("run", task, "--model", "rehearsal", "--agent", "builtin"), 2, names, also);
        Assert.Equal(0, await LaunchedAsync(task));
    }

    [Theory]
    [InlineData("--tokens", "0")]
    [InlineData("--tokens", "-5")]
    [InlineData("--tokens", "100000001")]
    [InlineData("--tokens", "99999999999999999999999")]
    [InlineData("--tokens", "many")]
    [InlineData("--tokens", "5e3")]
    [InlineData("--tokens", "1,000")]
    [InlineData("--tokens", "")]
    [InlineData("--timeout", "0")]
    [InlineData("--timeout", "-1")]
    [InlineData("--timeout", "10x")]
    [InlineData("--timeout", "1.5h")]
    [InlineData("--timeout", "99999999999d")]
    [InlineData("--timeout", "31d")]
    [InlineData("--timeout", "")]
    [InlineData("--stall-timeout", "soon")]
    [InlineData("--stall-timeout", "")]
    [InlineData("--stall-timeout", "31d")]
    [InlineData("--max-cost", "0")]
    [InlineData("--max-cost", "-1")]
    [InlineData("--max-cost", "$1")]
    [InlineData("--max-cost", "1,5")]
    [InlineData("--max-cost", "0.0000001")]
    [InlineData("--max-cost", "1e3")]
    [InlineData("--max-input-tokens", "0")]
    [InlineData("--max-input-tokens", "many")]
    [InlineData("--max-turns", "0")]
    [InlineData("--max-turns", "1.5")]
    [InlineData("--on-budget", "explode")]
    [InlineData("--on-budget", "")]
    [InlineData("--on-budget", "0")]
    [InlineData("--on-failure", "retry")]
    [InlineData("--retry", "-1")]
    [InlineData("--retry", "101")]
    [InlineData("--max-total-tokens", "4999")]
    [InlineData("--max-total-tokens", "x")]
    [InlineData("--max-total-time", "599")]
    [InlineData("--max-total-time", "later")]
    [InlineData("--permissions", "allow")]
    [InlineData("--model", "no such model!")]
    [InlineData("--model", "")]
    [InlineData("--agent", "cladue")]
    [InlineData("--agent", "")]
    [InlineData("--name", "9 lives")]
    [InlineData("--group", "a/b")]
    [InlineData("--cwd", "/no/such/directory")]
    [InlineData("--context", "no-such-file.txt")]
    public async Task Run_BadFlagValue_NamesFlagAndValue(string flag, string value)
    {
        var marker = $"marker{Guid.NewGuid():n}";
        if (flag is "--max-cost" or "--max-input-tokens" or "--max-turns" or "--max-total-tokens")
        {
            Refusal.Is(await _awoc.AwocAsync("run", $"research:{marker}", "--agent", "builtin", "--model", "rehearsal", flag, value), 2, flag);
            Assert.Equal(0, await LaunchedAsync(marker));
            return;
        }

        var arguments = flag is "--agent" or "--model" ? new[] { "run", $"research:{marker}", flag, value } : ["run", $"research:{marker}", "--agent", "command", flag, value];
        if (flag == "--model") arguments = [.. arguments, "--agent", "builtin"];
        Refusal.Is(await _awoc.AwocAsync(arguments), 2, flag);
        Assert.Equal(0, await LaunchedAsync(marker));
    }

    [Theory]
    [InlineData("--max-cost", "1")]
    [InlineData("--max-input-tokens", "5")]
    [InlineData("--max-turns", "5")]
    [InlineData("--max-total-tokens", "9000")]
    [InlineData("--on-budget", "ask")]
    [InlineData("--permissions", "ask")]
    public async Task Run_LimitTheAgentCannotKeep_IsRefusedNotIgnored(string flag, string value) =>
        Refusal.Is(await _awoc.AwocAsync("run", "true", "--agent", "command", flag, value), 2, flag);

    [Fact]
    public async Task Run_LimitOfMoneyAndNoPrice_IsRefusedUntilThereIsOne()
    {
        var marker = $"marker{Guid.NewGuid():n}";
        string[] launch = ["run", $"custom:{marker}", "--agent", "builtin", "--model", "rehearsal/ok", "--max-cost", "1"];
        Refusal.Is(await _awoc.AwocAsync(launch), 2, "--model", "rehearsal/ok", "prices.yaml");
        Assert.Equal(0, await LaunchedAsync(marker));
        var prices = Path.Combine(_awoc.Home, "prices.yaml");
        await File.WriteAllTextAsync(prices, "models:\n  rehearsal/ok: { input: 1, output: 2 }\n");
        var ran = await _awoc.AwocAsync([.. launch, "--wait"]);
        File.Delete(prices);
        Assert.True(ran.Code == 0, ran.Error);
    }

    [Fact]
    public async Task Run_RecordOfAnAgentWithoutModel_IsRefused() =>
        Refusal.Is(await _awoc.AwocAsync("run", "true", "--agent", "command", "--record"), 2, "--record", "model");

    [Fact]
    public async Task Run_RetriesThatAreForbidden_AreRefused() =>
        Refusal.Is(await _awoc.AwocAsync("run", "true", "--agent", "command", "--on-failure", "stop", "--retry", "1"), 2, "--retry", "--on-failure");

    [Fact]
    public async Task Run_SeveralFaults_AreAllNamedAtOnce() => Refusal.Is(
        await _awoc.AwocAsync("run", "reserch:x", "no/such/dir/out.md", "sonnet", "0", "never", "--agent", "builtin", "--cwd", _awoc.Work),
        2, "reserch", "no/such/dir/out.md", "--tokens", "--timeout");

    [Fact]
    public async Task Run_PositionAndFlagDisagree_IsRefused() => Refusal.Is(
        await _awoc.AwocAsync("run", "--agent", "command", "true", "out.txt", "sonnet", "5000", "--tokens", "6000"), 2, "5000", "6000");

    [Fact]
    public async Task Run_NearestAgent_IsOffered() => Refusal.Is(await _awoc.AwocAsync("run", "research", "--agent", "cladue"), 2, "claude");

    [Theory]
    [InlineData("status", "ffffffffffff")]
    [InlineData("output", "no-such-task")]
    [InlineData("logs", "..")]
    [InlineData("logs", "a/b")]
    [InlineData("wait", "ffffffffffff")]
    [InlineData("cancel", "ffffffffffff")]
    [InlineData("status", "%2e%2e%2fhealth")]
    public async Task Verb_UnknownId_SaysSo(string verb, string id) => Refusal.Is(await _awoc.AwocAsync(verb, id), 2, "no task");

    [Theory]
    [InlineData("statsu", "status")]
    [InlineData("rnu", "run")]
    [InlineData("bogus-verb", "bogus-verb")]
    public async Task Verb_Unknown_OffersTheNearest(string verb, string names) => Refusal.Is(await _awoc.AwocAsync(verb), 2, names);

    [Theory]
    [InlineData("--tokenz", "5")]
    [InlineData("-Z", "5")]
    public async Task Flag_Unknown_IsNamed(string flag, string value) =>
        Refusal.Is(await _awoc.AwocAsync("run", "research:x", flag, value), 2, flag);

    [Theory]
    [InlineData("status", "--limit", "0")]
    [InlineData("status", "--limit", "x")]
    [InlineData("logs", "--tail", "-1")]
    [InlineData("wait", "--timeout", "soon")]
    public async Task Verb_BadNumber_NamesTheFlag(string verb, string flag, string value)
    {
        string[] arguments = verb == "status" ? [verb, flag, value] : [verb, "@last", flag, value];
        Refusal.Is(await _awoc.AwocAsync(arguments), 2, flag);
    }

    [Fact]
    public async Task Run_WithoutTask_SaysHow() => Refusal.Is(await _awoc.AwocAsync("run"), 2, "TASK");

    [Theory]
    [InlineData("no.such.key", "x", "no.such.key")]
    [InlineData("tokens", "none", "tokens")]
    [InlineData("concurrency", "0", "concurrency")]
    [InlineData("agents.nobody.path", "/bin/true", "agents.nobody.path")]
    [InlineData("stall_timeout", "soon", "stall_timeout")]
    [InlineData("max_cost", "$1", "max_cost")]
    [InlineData("on_failure", "retry", "on_failure")]
    [InlineData("budgets.day.tokens", "0", "budgets.day.tokens")]
    [InlineData("budgets.on_short", "maybe", "budgets.on_short")]
    public async Task ConfigSet_BadKeyOrValue_IsRefused(string key, string value, string names)
    {
        Refusal.Is(await _awoc.AwocAsync("config", "set", key, value), 2, names);
        Assert.False(File.Exists(Path.Combine(_awoc.Home, "config.yaml")));
    }

    private async Task<int> LaunchedAsync(string description)
    {
        var listed = await _awoc.AwocAsync("status", "all", "--json");
        return System.Text.Json.Nodes.JsonNode.Parse(listed.Out)!.AsArray().Count(t => description.Length > 0 && (string?)t!["description"] == description);
    }
}
