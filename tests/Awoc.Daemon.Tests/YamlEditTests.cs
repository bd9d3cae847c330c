using Awoc.Daemon.Settings;

namespace Awoc.Daemon.Tests;

public sealed class YamlEditTests
{
    private const string File = "config.yaml";

    private static readonly string[] s_keys =
        ["agent", "model", "tokens", "timeout", "concurrency", "agents.claude.path", "agents.claude.tools", "agents.claude.effort", "agents.builtin.path", "agents.command.path"];

    [Theory]
    [InlineData("")]
    [InlineData("# only a comment")]
    [InlineData("---\nmodel: haiku\n")]
    [InlineData("{}\n")]
    [InlineData("{model: haiku, agents: {claude: {path: /a, tools: \"Read, Grep\"}}} # all in one\n")]
    [InlineData("agents:\n")]
    [InlineData("agents:\n  claude:\n# end\nmodel: haiku # cheap\n")]
    [InlineData("agents: {claude: {path: /a}}\ntokens: 10\n")]
    [InlineData("agents:\n    claude:\n        # deep\n        path: '/a b'\n    builtin: {path: /b}\nmodel: \"opus\"")]
    public void Set_AnyFile_ChangesThatKeyAloneAndKeepsComments(string text)
    {
        var before = SettingsDocument.Parse(File, text, isProject: false);
        foreach (var key in s_keys)
        {
            var value = Value(key, new Random(7));
            AssertSays(YamlEdit.Set(before, key, value), before, key, value);
            AssertSays(YamlEdit.Set(before, key, null), before, key, null);
            AssertKeepsComments(text, YamlEdit.Set(before, key, value));
        }
    }

    [Fact]
    public void Set_RandomSequences_RoundTrip()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var text = "# the first line\n\nmodel: haiku # cheap\nagents:\n  # mine\n  claude:\n    # where\n    path: /bin/claude\n";
            var wanted = new Dictionary<string, string> { ["model"] = "haiku", ["agents.claude.path"] = "/bin/claude" };
            for (var step = 0; step < 12; step++)
            {
                var key = s_keys[random.Next(s_keys.Length)];
                var value = random.Next(3) == 0 ? null : Value(key, random);
                text = YamlEdit.Set(SettingsDocument.Parse(File, text, isProject: false), key, value);
                if (value is null) wanted.Remove(key);
                else wanted[key] = value;
                var said = SettingsDocument.Parse(File, text, isProject: false).Values.ToDictionary(v => v.Key, v => v.Value.Value!);
                Assert.True(wanted.OrderBy(w => w.Key).SequenceEqual(said.OrderBy(s => s.Key)), $"seed {seed}, step {step}, {key}={value}\n{text}");
            }

            Assert.Contains("# the first line\n", text, StringComparison.Ordinal);
            Assert.Contains("  # mine\n", text, StringComparison.Ordinal);
            Assert.Contains("    # where\n", text, StringComparison.Ordinal);
        }
    }

    private static void AssertSays(string text, SettingsDocument before, string key, string? value)
    {
        var wanted = before.Values.ToDictionary(v => v.Key, v => v.Value.Value);
        if (value is null) wanted.Remove(key);
        else wanted[key] = value;
        var said = SettingsDocument.Parse(File, text, isProject: false).Values.ToDictionary(v => v.Key, v => v.Value.Value);
        Assert.True(wanted.OrderBy(w => w.Key).SequenceEqual(said.OrderBy(s => s.Key)), $"{key}={value} made of\n{before.Text}\nthis:\n{text}");
    }

    private static void AssertKeepsComments(string before, string after)
    {
        foreach (var line in before.Split('\n').Where(l => l.TrimStart().StartsWith('#'))) Assert.Contains(line, after, StringComparison.Ordinal);
    }

    private static string Value(string key, Random random) => key switch
    {
        "agent" => random.Next(2) == 0 ? "claude" : "builtin",
        "tokens" or "concurrency" => $"{random.Next(1, 1000)}",
        "timeout" => "10m",
        "agents.claude.effort" => "low",
        _ => new[] { "/a b/c", "it's", "say \"so\"", "a: b # c", "- x", "back\\slash", "~/bin", "ünï", "true", "null", "{x}", "Read, Grep" }[random.Next(12)],
    };
}
