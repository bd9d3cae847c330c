using Awoc.Daemon.Settings;
using Awoc.Engine.Budgets;
using Awoc.Engine.Settings;

namespace Awoc.Daemon.Tests;

public sealed class PoolKeysTests
{
    private const string Text = """
        budgets:
          on_short: refuse
          day:
            tokens: 50000
            cost: 2.50
          group:
            input_tokens: 900000
          groups:
            night.ly:
              tokens: 7000
            empty:
        """;

    [Fact]
    public void Read_DayAndGroups_TheOwnLimitBeforeEachGroups()
    {
        var values = SettingsDocument.Parse("config.yaml", Text, isProject: false).Values.ToDictionary(v => v.Key, v => v.Value.Value!);

        var pools = PoolKeys.Read(values);

        Assert.Equal(OnShort.Refuse, pools.OnShort);
        Assert.Equal(new PoolLimit(50_000, null, 2.50m), pools.Day);
        Assert.Equal(new PoolLimit(7000, 900_000, null), pools.OfGroup("night.ly"));
        Assert.Equal(new PoolLimit(null, 900_000, null), pools.OfGroup("other"));
    }

    [Theory]
    [InlineData("budgets.day.tokens", "0")]
    [InlineData("budgets.day.cost", "-1")]
    [InlineData("budgets.group.cost", "0.0000001")]
    [InlineData("budgets.groups.night.tokens", "many")]
    [InlineData("budgets.on_short", "perhaps")]
    [InlineData("stall_timeout", "never")]
    [InlineData("max_cost", "$1")]
    [InlineData("on_failure", "panic")]
    [InlineData("permissions", "")]
    [InlineData("gateway.record", "yes")]
    public void Accepts_BadValue_IsFalse(string key, string value) => Assert.False(SettingKeys.Find(key)!.Accepts(value));

    [Theory]
    [InlineData("budgets.day")]
    [InlineData("budgets.day.turns")]
    [InlineData("budgets.groups.tokens")]
    [InlineData("budgets.groups..tokens")]
    public void Find_NoSetting_IsNull(string key) => Assert.Null(SettingKeys.Find(key));

    [Theory]
    [InlineData("budgets.day.tokens")]
    [InlineData("gateway.record")]
    public void Parse_ProjectFile_MayNotSetIt(string key)
    {
        var (first, rest) = (key.Split('.')[0], key.Split('.')[1..]);
        var text = $"{first}: {{ {string.Join(": { ", rest)}: {(key.EndsWith("record", StringComparison.Ordinal) ? "true" : "5")} {new string('}', rest.Length)}\n";

        var wrong = Assert.Throws<SettingsException>(() => SettingsDocument.Parse("config.yaml", text, isProject: true));

        Assert.Contains("user's own file", wrong.Message, StringComparison.Ordinal);
    }
}
