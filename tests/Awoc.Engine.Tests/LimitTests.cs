using Awoc.Core.Budgets;
using Awoc.Core.Tasks;
using Awoc.Engine.Credentials;
using Awoc.Engine.Scheduling;
using Awoc.Engine.TaskFolders;

namespace Awoc.Engine.Tests;

public sealed class LimitTests
{
    [Theory]
    [InlineData(1, 100, 1)]
    [InlineData(2, 7_900, 8)]
    [InlineData(2, 2_048, 4)]
    [InlineData(128, 1_000_000, 64)]
    [InlineData(0, 0, 1)]
    public void ConcurrencyLimit_CoresAndMemory_GiveTheSmaller(int cores, long megabytes, int limit) =>
        Assert.Equal(limit, ConcurrencyLimit.For(cores, megabytes));

    [Theory]
    [InlineData("600", 600)]
    [InlineData("90s", 90)]
    [InlineData("1h30m", 5400)]
    [InlineData("2d", 172_800)]
    public void Duration_Text_RoundTrips(string text, long seconds)
    {
        Assert.True(Duration.TryParseSeconds(text, out var read));
        Assert.Equal(seconds, read);
        Assert.True(Duration.TryParseSeconds(Duration.Text(seconds), out var again));
        Assert.Equal(seconds, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("1.5h")]
    [InlineData("10 m")]
    [InlineData("m")]
    [InlineData("5m1h")]
    [InlineData("99999999999999999999")]
    [InlineData("10m\n")]
    public void Duration_Nonsense_IsRefused(string text) => Assert.False(Duration.TryParseSeconds(text, out _));

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("", "''")]
    [InlineData("it's", "'it'\\''s'")]
    [InlineData("$(rm -rf /)", "'$(rm -rf /)'")]
    public void Quote_AnyWord_IsOneWordForAShell(string word, string quoted) => Assert.Equal(quoted, LaunchScript.Quote(word));

    [Fact]
    public void Vault_Add_KeepsWhatTheLaunchBrought()
    {
        var vault = new SecretVault();
        var task = TaskId.New(TimeProvider.System);
        vault.Put(task, new Dictionary<string, string> { ["A"] = "launch" });
        vault.Add(task, new Dictionary<string, string> { ["A"] = "later", ["B"] = "later" });
        Assert.Equal(("launch", "later"), (vault.Get(task)["A"], vault.Get(task)["B"]));
        vault.Forget(task);
        Assert.Empty(vault.Get(task));
    }
}
