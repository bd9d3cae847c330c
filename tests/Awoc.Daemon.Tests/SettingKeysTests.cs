using Awoc.Daemon.Settings;
using Awoc.Engine.Settings;

namespace Awoc.Daemon.Tests;

public sealed class SettingKeysTests
{
    [Theory]
    [InlineData("agents.builtin.tools", "Read, Bash", null)]
    [InlineData("agents.builtin.tools", "Read, Bash(git diff *)", "'Bash(git diff *)'")]
    [InlineData("agents.claude.tools", "Read, Bash(git diff *)", null)]
    [InlineData("agents.builtin.max_turns", "0", "a whole number from 1")]
    public void Fault_ToolRules_OnlyWhereTheAgentKeepsThem(string key, string value, string? takes)
    {
        var fault = SettingKeys.Find(key)!.Fault(key, value);
        if (takes is null) Assert.Null(fault);
        else Assert.Contains(takes, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_RuleForTheBuiltinAgent_IsAFaultOfTheFile()
    {
        var fault = Assert.Throws<SettingsException>(() =>
            SettingsDocument.Parse("config.yaml", "agents:\n  builtin:\n    tools: Bash(git diff *)\n", isProject: false));
        Assert.Contains("line 3", fault.Message, StringComparison.Ordinal);
        Assert.Contains("'Bash(git diff *)'", fault.Message, StringComparison.Ordinal);
    }
}
