using Awoc.Engine.Pool;
using Microsoft.Extensions.Time.Testing;

namespace Awoc.Engine.Tests.Pool;

public sealed class SpareDemandTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 10, 0, 0, TimeSpan.Zero));
    private readonly SpareDemand _demand;

    public SpareDemandTests() => _demand = new SpareDemand(_time);

    [Fact]
    public void Wanted_NothingLaunched_IsNothing()
    {
        Assert.Empty(_demand.Wanted(3));
        Assert.Null(_demand.NextExpiry);
    }

    [Fact]
    public void Wanted_OneLaunch_IsOneSpareHoweverMayBeKept()
    {
        Use("a", 1);
        Assert.Equal([("a", 1)], _demand.Wanted(3));
        Use("a", 9);
        Assert.Equal([("a", 3)], _demand.Wanted(3));
        Assert.Empty(_demand.Wanted(0));
    }

    [Theory]
    [InlineData(10, 1, 3, 0)]
    [InlineData(4, 2, 2, 1)]
    [InlineData(3, 3, 1, 2)]
    [InlineData(1, 1, 1, 1)]
    public void Wanted_TwoKinds_InProportionAndTheLaterFirstWhereTheyAreEqual(int first, int second, int ofFirst, int ofSecond)
    {
        Use("a", first);
        _time.Advance(TimeSpan.FromSeconds(1));
        Use("b", second);
        var wanted = _demand.Wanted(3).ToDictionary(w => w.Key, w => w.Count);
        Assert.Equal((ofFirst, ofSecond), (wanted.GetValueOrDefault("a"), wanted.GetValueOrDefault("b")));
    }

    [Fact]
    public void Expire_NotLaunchedForHalfAnHour_IsForgottenAndOldLaunchesCountNoMore()
    {
        Use("a", 5);
        Use("b", 1);
        for (var minutes = 0; minutes < 60; minutes += 20)
        {
            _time.Advance(TimeSpan.FromMinutes(20));
            Use("a", 1);
        }

        _demand.Expire();

        // The first five are an hour old.
        Assert.Equal([("a", 3)], _demand.Wanted(9));
        Assert.Equal(_time.GetUtcNow() + SpareDemand.Patience, _demand.NextExpiry);
        _time.Advance(SpareDemand.Patience);
        _demand.Expire();
        Assert.Empty(_demand.Wanted(9));
        Assert.True(_demand.IsEmpty);
    }

    [Fact]
    public void Expire_ClockSetBackAnHour_KeepsNoKindForEver()
    {
        Use("a", 1);
        _time.AdjustTime(_time.GetUtcNow().AddHours(-1));
        _demand.Expire();
        Assert.True(_demand.IsEmpty);
    }

    [Fact]
    public void Wasted_AgainAndAgain_WaitsLongerUntilOneIsOfUse()
    {
        Use("a", 1);
        Assert.True(_demand.NotBefore("a") <= _time.GetUtcNow());
        List<double> pauses = [];
        for (var n = 0; n < 8; n++)
        {
            _demand.Wasted("a");
            pauses.Add((_demand.NotBefore("a") - _time.GetUtcNow()).TotalSeconds);
        }

        Assert.Equal([5, 10, 20, 40, 80, 160, 300, 300], pauses);
        _demand.Served("a");
        Assert.True(_demand.NotBefore("a") <= _time.GetUtcNow());
    }

    [Fact]
    public void Note_ManyKinds_KeepsTheLatest()
    {
        for (var n = 0; n < 100; n++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Use($"kind {n}", 1);
        }

        Assert.Equal(64, _demand.Wanted(200).Count);
        Assert.Equal("kind 99", _demand.Wanted(1)[0].Key);
    }

    private void Use(string key, int times)
    {
        for (var n = 0; n < times; n++) _demand.Note(key, null!);
    }
}
