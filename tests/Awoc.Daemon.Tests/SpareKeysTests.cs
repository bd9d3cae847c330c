using Awoc.Daemon.Settings;
using Awoc.Engine.Pool;
using Awoc.Engine.Settings;

namespace Awoc.Daemon.Tests;

public sealed class SpareKeysTests
{
    [Fact]
    public void Read_Nothing_IsThreeForAQuarterOfAnHour() =>
        Assert.Equal(new SpareSettings(3, TimeSpan.FromMinutes(15)), SpareKeys.Read(new Dictionary<string, string>()));

    [Fact]
    public void Read_Both_AreTaken()
    {
        var values = SettingsDocument.Parse("config.yaml", "pool:\n  size: 0\n  max_age: 90s\n", isProject: false).Values.ToDictionary(v => v.Key, v => v.Value.Value!);
        Assert.Equal(new SpareSettings(0, TimeSpan.FromSeconds(90)), SpareKeys.Read(values));
    }

    [Theory]
    [InlineData("size: 33")]
    [InlineData("size: -1")]
    [InlineData("size: many")]
    [InlineData("max_age: 0")]
    [InlineData("max_age: 25h")]
    public void Parse_WrongValue_NamesTheSetting(string line)
    {
        var wrong = Assert.Throws<SettingsException>(() => SettingsDocument.Parse("config.yaml", $"pool:\n  {line}\n", isProject: false));
        Assert.Contains("pool.", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_InAProjectsFile_IsRefused() =>
        Assert.Throws<SettingsException>(() => SettingsDocument.Parse("config.yaml", "pool:\n  size: 9\n", isProject: true));
}
