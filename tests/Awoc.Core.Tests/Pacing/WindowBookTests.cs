using Awoc.Core.Pacing;

namespace Awoc.Core.Tests.Pacing;

public sealed class WindowBookTests
{
    private const string Account = "api.anthropic.com#login";
    private static readonly DateTimeOffset s_now = new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);
    private static readonly LaneKey s_opus = new(Account, "claude-opus-4-8");
    private static readonly LaneKey s_haiku = new(Account, "claude-haiku-4-5");

    [Fact]
    public void HoldOf_ClosedWindow_HoldsUntilItResetsAndSaysSo()
    {
        var book = Told(Window("5h", closed: true, hours: 5.5));
        var hold = book.HoldOf(s_opus, null, s_now)!;
        Assert.Equal(s_now.AddHours(5.5), hold.Until);
        Assert.Equal("the usage window of anthropic (5h) opens at 14:30", hold.Words(TimeZoneInfo.Utc, s_now));
        Assert.Null(book.HoldOf(s_opus, null, s_now.AddHours(5.5)));
        Assert.Null(book.HoldOf(s_opus with { Account = "api.anthropic.com#3f9a01c2b4d5" }, null, s_now));
    }

    [Fact]
    public void HoldOf_WindowOfOneFamily_HoldsItsModelsAlone()
    {
        var book = Told(Window("7d_opus", closed: true, hours: 50));
        Assert.Equal("the usage window of anthropic (7d_opus) opens at 2026-11-25 11:00", book.HoldOf(s_opus, null, s_now)!.Words(TimeZoneInfo.Utc, s_now));
        Assert.Null(book.HoldOf(s_haiku, null, s_now));
    }

    [Theory]
    [InlineData(0.69, false)]
    [InlineData(0.70, true)]
    [InlineData(0.99, true)]
    public void HoldOf_Reserve_HoldsFromItsShareOn(double used, bool held)
    {
        var book = Told(Window("5h", used: used));
        Assert.Null(book.HoldOf(s_opus, null, s_now));
        var hold = book.HoldOf(s_opus, 0.3, s_now);
        Assert.Equal(held, hold is { Reserved: true });
        if (held) Assert.Contains("reserved for you", hold!.Words(TimeZoneInfo.Utc, s_now), StringComparison.Ordinal);
    }

    [Fact]
    public void HoldOf_Several_TheLastToOpenCounts()
    {
        var book = Told(Window("5h", closed: true, hours: 1), Window("7d", used: 0.9, hours: 30));
        Assert.Equal(s_now.AddHours(30), book.HoldOf(s_opus, 0.2, s_now)!.Until);
        Assert.Equal(s_now.AddHours(1), book.HoldOf(s_opus, null, s_now)!.Until);
    }

    [Fact]
    public void Tell_OlderWords_AreLeftOutAndMissingOnesKept()
    {
        var book = Told(Window("5h", used: 0.72, hours: 2));
        Assert.False(book.Tell(Window("5h", used: 0.1, hours: 2) with { At = s_now.AddMinutes(-1) }));
        Assert.True(book.Tell(new UsageWindow(Account, "5h", null, null, true, s_now.AddMinutes(1))));
        var window = Assert.Single(book.All);
        Assert.Equal((0.72, s_now.AddHours(2), true), (window.Used, window.ResetsAt, window.Closed));

        // The next window begins with nothing of this one.
        Assert.True(book.Tell(new UsageWindow(Account, "5h", 0.01, s_now.AddHours(7), false, s_now.AddHours(2.1))));
        Assert.Null(book.HoldOf(s_opus, 0.3, s_now.AddHours(2.1)));
    }

    [Fact]
    public void Tell_ResetThatNobodyCanMean_IsNotBelieved()
    {
        var book = Told(Window("5h", closed: true, hours: 24 * 365));
        Assert.Equal(s_now.AddMinutes(5), book.HoldOf(s_opus, null, s_now)!.Until);
        book = Told(Window("5h", closed: true, hours: -1));
        Assert.Equal(s_now.AddMinutes(5), book.HoldOf(s_opus, null, s_now)!.Until);
    }

    [Theory]
    [InlineData("five_hour", "5h", null)]
    [InlineData("seven_day", "7d", null)]
    [InlineData("seven_day_opus", "7d_opus", "opus")]
    [InlineData("7d-sonnet", "7d_sonnet", "sonnet")]
    [InlineData("overage", "overage", null)]
    public void KindOf_EachSpelling_IsOne(string told, string kind, string? model)
    {
        Assert.Equal(kind, UsageWindow.KindOf(told));
        Assert.Equal(model, UsageWindow.ModelOf(kind));
    }

    private static UsageWindow Window(string kind, double? used = null, bool closed = false, double hours = 3) =>
        new(Account, kind, used, s_now.AddHours(hours), closed, s_now) { Model = UsageWindow.ModelOf(kind) };

    private static WindowBook Told(params ReadOnlySpan<UsageWindow> windows)
    {
        var book = new WindowBook();
        foreach (var window in windows) book.Tell(window);
        return book;
    }
}
