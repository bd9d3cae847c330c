using Awoc.Core.Scheduling;
using Awoc.Daemon.Settings;
using Awoc.Engine.Homes;
using Awoc.Engine.Settings;

namespace Awoc.Daemon.Tests;

public sealed class QueueKeysTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("awoc-settings-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public void Read_QueuesAgentsAndModels_AreLimits()
    {
        var settings = Settings("""
            queues:
              heavy: { limit: 2, paused: true }
              night.ly:
                limit: 3
              empty:
            limits:
              agents:
                claude: 4
              models:
                claude-opus-4.1[1m]: 1
            admission: off
            """);

        var queues = settings.Read(null).Queues;

        Assert.Equal([("heavy", new QueueLimit(2, true)), ("night.ly", new QueueLimit(3, false))], queues.Queues.Select(q => (q.Key, q.Value)));
        Assert.Equal([KeyValuePair.Create("claude", 4)], queues.Agents);
        Assert.Equal([KeyValuePair.Create("claude-opus-4.1[1m]", 1)], queues.Models);
        Assert.False(queues.Admission);
    }

    [Theory]
    [InlineData("queues: {heavy: {limit: 0}}")]
    [InlineData("queues: {heavy: {limit: 1001}}")]
    [InlineData("queues: {heavy: {paused: maybe}}")]
    [InlineData("queues: {heavy: {limt: 2}}")]
    [InlineData("queues: {1st: {limit: 2}}")]
    [InlineData("queues: [heavy]")]
    [InlineData("limits: {agents: {claude: lots}}")]
    [InlineData("limits: {models: {opus: -1}}")]
    [InlineData("admission: maybe")]
    public void Read_WrongValueOrName_IsAFault(string text) => Assert.Throws<SettingsException>(() => Settings(text).Read(null));

    [Fact]
    public void Parse_ProjectFile_MayNotSetThem() => Assert.Throws<SettingsException>(() => SettingsDocument.Parse("config.yaml", "queues: {heavy: {limit: 2}}", isProject: true));

    [Fact]
    public void Set_QueueAfterQueue_KeepsTheRestAndCanBeTakenBack()
    {
        var settings = Settings("# mine\nmodel: haiku # cheap\n");
        settings.Set(QueueKeys.LimitOf("heavy"), "2");
        settings.Set(QueueKeys.PausedOf("heavy"), "true");
        settings.Set(QueueKeys.LimitOf("heavy"), "3");
        Assert.Equal(new QueueLimit(3, true), settings.Read(null).Queues.Queues["heavy"]);

        settings.Set(QueueKeys.PausedOf("heavy"), null);
        settings.Set(QueueKeys.LimitOf("heavy"), null);
        Assert.Empty(settings.Read(null).Queues.Queues);
        Assert.StartsWith("# mine\nmodel: haiku # cheap\n", File.ReadAllText(Config), StringComparison.Ordinal);
        Assert.Equal([Config], Directory.GetFiles(_home));
    }

    [Fact]
    public void Set_ManyAtOnce_LosesNone()
    {
        var settings = Settings("model: haiku\n");

        Parallel.For(0, 50, i => settings.Set(QueueKeys.LimitOf($"q{i}"), "2"));

        Assert.Equal(50, settings.Read(null).Queues.Queues.Count);
    }

    [Fact]
    public void Set_LinkedFileWithItsOwnMode_StaysLinkedAndKeepsIt()
    {
        var kept = Path.Combine(_home, "dotfiles.yaml");
        File.WriteAllText(kept, "model: haiku\n");
        File.SetUnixFileMode(kept, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.CreateSymbolicLink(Config, kept);

        new YamlSettings(new AwocPaths(_home)).Set(QueueKeys.LimitOf("heavy"), "2");

        Assert.Equal(kept, new FileInfo(Config).LinkTarget);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(kept));
        Assert.Contains("heavy", File.ReadAllText(kept), StringComparison.Ordinal);
    }

    private string Config => Path.Combine(_home, "config.yaml");

    private YamlSettings Settings(string text)
    {
        File.WriteAllText(Config, text);
        return new YamlSettings(new AwocPaths(_home));
    }
}
