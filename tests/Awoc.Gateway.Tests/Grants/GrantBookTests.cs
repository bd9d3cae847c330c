using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Gateway.Attempts;

namespace Awoc.Gateway.Tests.Grants;

public sealed class GrantBookTests
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.UnixEpoch;

    [Fact]
    public void Ask_Alone_GetsAllOfTheWorkButNothingOfTheReport()
    {
        var book = new GrantBook(new Allowance(5000));
        Assert.Equal(3750, Granted(book, "", 64_000));
    }

    [Fact]
    public void Ask_SmallRequest_GetsWhatItAsked()
    {
        var book = new GrantBook(new Allowance(5000));
        Assert.Equal(100, Granted(book, "", 100));
    }

    [Fact]
    public void Ask_FourAgents_EachGetsAShareOfWhatIsLeft()
    {
        var book = new GrantBook(new Allowance(8000));
        var main = Ask(book, "", 1);
        Assert.Equal(1, Cap(main.Ruling));
        book.Settle(main.Claim, new Usage(1), answered: true);

        Assert.Equal(new long[] { 2999, 1000, 512 }, new[] { "a", "b", "c" }.Select(agent => Granted(book, agent, 64_000)));
    }

    [Fact]
    public void Ask_AfterItsSubAgentsHaveEnded_HasAllThatIsLeft()
    {
        var book = new GrantBook(new Allowance(8000));
        book.Settle(Ask(book, "", 100).Claim, new Usage(100), answered: true);
        var (ended, goesOn) = (Ask(book, "a", 200), Ask(book, "b", 200));
        book.Settle(ended.Claim, new Usage(200), answered: true, last: true);
        book.Settle(goesOn.Claim, new Usage(200), answered: true);

        var shared = Ask(book, "", 64_000);
        Assert.Equal(5500 / 2, Cap(shared.Ruling));
        book.Settle(shared.Claim, new Usage(0), answered: true);
        book.Settle(Ask(book, "b", 100).Claim, new Usage(0), answered: true, last: true);
        Assert.Equal(5500, Granted(book, "", 64_000));
    }

    [Fact]
    public void Ask_TooLittleFreeWhileOthersHold_WaitsUntilTheySettle()
    {
        var book = new GrantBook(new Allowance(5000));
        var first = Ask(book, "", 64_000);
        var second = Ask(book, "a", 64_000);
        Assert.Null(second.Ruling);
        Assert.Equal(1, book.Waiting);

        book.Settle(first.Claim, new Usage(500), answered: true);

        Assert.Equal((second.Claim, 1625), (Assert.Single(book.Rule(s_now)) is GrantRuling.Granted g ? (g.Claim, g.Cap) : default));
    }

    [Fact]
    public void Ask_SpentWithNothingOpen_IsRefused()
    {
        var book = new GrantBook(new Allowance(5000));
        var first = Ask(book, "", 64_000);
        book.Settle(first.Claim, new Usage(3600), answered: true);
        Assert.Equal(GrantLimit.Tokens, Limit(Ask(book, "", 64_000).Ruling));
        Assert.Equal(GrantLimit.Tokens, book.Met());

        // As little as that is still to be had.
        Assert.Equal(150, Granted(book, "", 150));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(50, 25)]
    [InlineData(400, 200)]
    public void Ask_BudgetBelowTheFloor_HasOneTry(long tokens, long cap)
    {
        var book = new GrantBook(new Allowance(tokens));
        var failed = Ask(book, "", 64_000);
        Assert.Equal(cap, Cap(failed.Ruling));
        book.Settle(failed.Claim, Usage.Zero, answered: false);
        var tried = Ask(book, "", 64_000);
        Assert.Equal(cap, Cap(tried.Ruling));
        book.Settle(tried.Claim, new Usage(1), answered: true);

        Assert.Equal(GrantLimit.Tokens, Limit(Ask(book, "", 64_000).Ruling));
    }

    [Fact]
    public void Ask_NoBudgetAtAll_IsRefused() => Assert.Equal(GrantLimit.Tokens, Limit(Ask(new GrantBook(new Allowance(0)), "", 1).Ruling));

    [Fact]
    public void Rule_OneAgentAsksOnAndOn_SiblingsTakeTurns()
    {
        var book = new GrantBook(new Allowance(3000));
        var open = new Queue<(GrantClaim Claim, long Use)>([(Ask(book, "a", 64_000).Claim, 1)]);
        foreach (var agent in new[] { "a", "a", "a", "b", "c" }) Ask(book, agent, 64_000);
        var order = new List<string>();
        while (open.TryDequeue(out var done))
        {
            book.Settle(done.Claim, new Usage(done.Use), answered: true);
            foreach (var ruling in book.Rule(s_now))
            {
                order.Add(ruling.Claim.Agent);
                if (ruling is GrantRuling.Granted granted) open.Enqueue((granted.Claim, granted.Cap));
            }
        }

        Assert.Equal(0, book.Waiting);

        // a came first four times over, and its siblings are served before its second.
        Assert.Equal(["b", "c", "a", "a", "a"], order);
    }

    [Fact]
    public void Report_Begun_GivesTheMainThreadAllThatIsLeftAndSubAgentsNothing()
    {
        var book = new GrantBook(new Allowance(5000));
        var work = Ask(book, "", 64_000);
        book.Settle(work.Claim, new Usage(3700), answered: true);
        book.Reporting = true;

        Assert.Equal(GrantLimit.Report, Limit(Ask(book, "a", 64_000).Ruling));
        var report = Ask(book, "", 64_000);
        Assert.Equal((1300, true), report.Ruling is GrantRuling.Granted granted ? (granted.Cap, granted.Report) : default);
        book.Settle(report.Claim, new Usage(1295), answered: true);
        var rest = Ask(book, "", 64_000);
        Assert.Equal(5, Cap(rest.Ruling));
        book.Settle(rest.Claim, new Usage(5), answered: true);
        Assert.Equal(GrantLimit.Tokens, Limit(Ask(book, "", 64_000).Ruling));
    }

    [Fact]
    public void Report_BegunWhileSubAgentsWait_RefusesThem()
    {
        var book = new GrantBook(new Allowance(5000));
        Ask(book, "a", 64_000);
        Ask(book, "b", 64_000);
        var waiting = Ask(book, "a", 64_000);
        Assert.Null(waiting.Ruling);

        book.Reporting = true;

        Assert.All(book.Rule(s_now), r => Assert.Equal(GrantLimit.Report, Limit(r)));
        Assert.Equal(0, book.Waiting);
    }

    [Fact]
    public void Turns_AllUnderWay_WaitsAndIsRefusedWhenTheyAreUsedButNotTheReport()
    {
        var book = new GrantBook(new Allowance(50_000, Turns: 2));
        book.Settle(Ask(book, "", 100).Claim, new Usage(1), answered: true);
        book.Settle(Ask(book, "", 100).Claim, Usage.Zero, answered: false);
        var open = Ask(book, "", 100);
        Assert.Equal(100, Cap(open.Ruling));
        var waiting = Ask(book, "a", 100);
        Assert.Null(waiting.Ruling);

        // What was under way came to nothing: its turn is the next one's.
        book.Settle(open.Claim, Usage.Zero, answered: false);
        Assert.Equal(waiting.Claim, Assert.IsType<GrantRuling.Granted>(Assert.Single(book.Rule(s_now))).Claim);
        Assert.Null(Ask(book, "", 100).Ruling);
        book.Settle(waiting.Claim, new Usage(1), answered: true);
        Assert.Equal(GrantLimit.Turns, Limit(Assert.Single(book.Rule(s_now))));
        Assert.Equal((2, GrantLimit.Turns), (book.Turns, book.Met()));

        book.Reporting = true;
        Assert.Equal(100, Granted(book, "", 100));
    }

    [Fact]
    public void InputTokens_Reached_AreRefused()
    {
        var book = new GrantBook(new Allowance(50_000, InputTokens: 1000));
        book.Settle(Ask(book, "", 100).Claim, new Usage(Output: 1, Input: 900, CacheRead: 1000), answered: true);
        Assert.Equal(GrantLimit.InputTokens, Limit(Ask(book, "", 100).Ruling));
    }

    [Fact]
    public void Cost_LowersTheCapToWhatIsPaidFor()
    {
        var book = new GrantBook(new Allowance(50_000, CostUsd: 1m));

        // Three quarters are the work's: 0.75 less 0.25 for the input pays for 500 tokens at a tenth of a cent.
        var first = Ask(book, "", 64_000, inputUsd: 0.25m, tokenUsd: 0.001m);
        Assert.Equal(500, Cap(first.Ruling));
        var waiting = Ask(book, "", 64_000, inputUsd: 0.25m, tokenUsd: 0.001m);
        Assert.Null(waiting.Ruling);
        book.Settle(first.Claim, new Usage(400) { CostUsd = 0.5m }, answered: true);
        Assert.Equal(GrantLimit.Cost, Limit(Assert.Single(book.Rule(s_now))));

        book.Reporting = true;
        Assert.Equal(400, Granted(book, "", 64_000, inputUsd: 0.1m, tokenUsd: 0.001m));
    }

    [Fact]
    public void Allowance_Raised_MakesRoomAgain()
    {
        var book = new GrantBook(new Allowance(5000));
        book.Settle(Ask(book, "", 64_000).Claim, new Usage(3750), answered: true);
        Assert.Equal(GrantLimit.Tokens, book.Met());

        book.Allowance = new Allowance(10_000);

        Assert.Null(book.Met());
        Assert.Equal(3750, Granted(book, "", 64_000));
    }

    [Fact]
    public void Settle_MoreThanTheCap_CountsAsTold()
    {
        var book = new GrantBook(new Allowance(5000));
        book.Settle(Ask(book, "", 64_000).Claim, new Usage(9000), answered: true);
        Assert.Equal(9000, book.Settled.Output);
        Assert.Equal(GrantLimit.Tokens, Limit(Ask(book, "", 1).Ruling));
    }

    private static (GrantClaim Claim, GrantRuling? Ruling) Ask(GrantBook book, string agent, long asked, decimal inputUsd = 0, decimal tokenUsd = 0)
    {
        var claim = new GrantClaim(agent, asked) { InputUsd = inputUsd, TokenUsd = tokenUsd };
        book.Ask(claim, s_now);
        return (claim, book.Rule(s_now).SingleOrDefault(r => r.Claim == claim));
    }

    private static long Granted(GrantBook book, string agent, long asked, decimal inputUsd = 0, decimal tokenUsd = 0) =>
        Cap(Ask(book, agent, asked, inputUsd, tokenUsd).Ruling);

    private static long Cap(GrantRuling? ruling) => Assert.IsType<GrantRuling.Granted>(ruling).Cap;

    private static GrantLimit Limit(GrantRuling? ruling) => Assert.IsType<GrantRuling.Refused>(ruling).Limit;
}
