using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Gateway.Attempts;
using CsCheck;

namespace Awoc.Gateway.Tests.Grants;

/// <summary>Whatever is asked and settled in whatever order: nothing is overdrawn, and nobody waits for nobody.</summary>
public sealed class GrantBookProperties
{
    private static readonly Gen<Step> s_step = Gen.Frequency(
        (8, Gen.Select(Gen.Int[0, 4], Gen.Long[0, 20_000], Gen.Int[0, 30], (agent, asked, dollars) => (Step)new Step.Ask(agent, asked, dollars / 100m))),
        (7, Gen.Select(Gen.Int[0, 100], Gen.Double[0, 1], Gen.Bool, (which, part, answered) => (Step)new Step.Settle(which, part, answered))),
        (1, Gen.Int[0, 100].Select(which => (Step)new Step.Leave(which))),
        (1, Gen.Int[0, 90].Select(seconds => (Step)new Step.Wait(seconds))),
        (1, Gen.Long[1, 3000].Select(more => (Step)new Step.TopUp(more))));

    private static readonly Gen<(long Tokens, bool Money, int ReportAfter, Step[] Steps)> s_run = Gen.Select(
        Gen.Frequency((1, Gen.Long[0, 3]), (2, Gen.Long[1, 600]), (4, Gen.Long[600, 20_000])), Gen.Bool, Gen.Int[0, 120], s_step.Array[0, 120],
        (tokens, money, report, steps) => (tokens, money, report, steps));

    [Fact]
    public void Run_AnyOrder_NeverOverdrawsAndNeverDeadlocks() => s_run.Sample(run => Play(run.Tokens, run.Money, run.ReportAfter, run.Steps), iter: 5_000);

    private static void Play(long tokens, bool money, int reportAfter, Step[] steps)
    {
        var (now, book) = (DateTimeOffset.UnixEpoch, new GrantBook(new Allowance(tokens, CostUsd: money ? 1m : null)));
        var open = new List<GrantRuling.Granted>();
        var waiting = new List<GrantClaim>();

        foreach (var (step, index) in steps.Append(new Step.Wait(0)).Select((s, i) => (s, i)))
        {
            if (index == reportAfter) book.Reporting = true;
            switch (step)
            {
                case Step.Ask ask:
                    var claim = new GrantClaim(ask.Agent == 0 ? "" : $"agent-{ask.Agent}", ask.Asked) { InputUsd = ask.InputUsd, TokenUsd = 0.0001m };
                    waiting.Add(claim);
                    book.Ask(claim, now);
                    break;
                case Step.Settle settle when open.Count > 0:
                    Close(book, open, settle.Which % open.Count, settle.Part, settle.Answered);
                    break;
                case Step.Leave leave when waiting.Count > 0:
                    book.Withdraw(waiting[leave.Which % waiting.Count]);
                    waiting.RemoveAt(leave.Which % waiting.Count);
                    break;
                case Step.Wait wait:
                    now += TimeSpan.FromSeconds(wait.Seconds);
                    break;
                case Step.TopUp more:
                    book.Allowance = book.Allowance with { Tokens = book.Allowance.Tokens + more.Tokens };
                    break;
            }

            Rule(book, open, waiting, now);
        }

        // Everything under way ends: whoever waited gets an answer.
        while (open.Count > 0)
        {
            Close(book, open, 0, 1, answered: true);
            Rule(book, open, waiting, now);
        }

        Assert.Empty(waiting);
        Assert.Equal((0, 0m), (book.OpenTokens, book.OpenUsd));
    }

    private static void Close(GrantBook book, List<GrantRuling.Granted> open, int index, double part, bool answered)
    {
        var grant = open[index];
        open.RemoveAt(index);
        var output = answered ? (long)(grant.Cap * part) : 0;
        book.Settle(grant.Claim, new Usage(output) { CostUsd = answered ? (grant.Claim.InputUsd * (decimal)part) + (output * grant.Claim.TokenUsd) : null }, answered);
    }

    private static void Rule(GrantBook book, List<GrantRuling.Granted> open, List<GrantClaim> waiting, DateTimeOffset now)
    {
        foreach (var ruling in book.Rule(now))
        {
            Assert.True(waiting.Remove(ruling.Claim));
            if (ruling is not GrantRuling.Granted granted) continue;
            Assert.InRange(granted.Cap, Math.Min(1, granted.Claim.Asked), granted.Claim.Asked);
            open.Add(granted);
        }

        Assert.True(book.Settled.Output + book.OpenTokens <= book.Allowance.Tokens, $"{book.Settled.Output} + {book.OpenTokens} > {book.Allowance.Tokens}");
        Assert.Equal(open.Sum(g => g.Cap), book.OpenTokens);
        if (!book.Reporting) Assert.True(book.Settled.Output + book.OpenTokens <= BudgetSplit.Of(book.Allowance.Tokens).Work);
        if (book.Allowance.CostUsd is { } limit) Assert.True((book.Settled.CostUsd ?? 0) + book.OpenUsd <= limit);
        Assert.Equal(waiting.Count, book.Waiting);
        Assert.True(waiting.Count == 0 || open.Count > 0, "a claim waits for nobody");
    }

    private abstract record Step
    {
        public sealed record Ask(int Agent, long Asked, decimal InputUsd) : Step;

        public sealed record Settle(int Which, double Part, bool Answered) : Step;

        public sealed record Leave(int Which) : Step;

        public sealed record Wait(int Seconds) : Step;

        public sealed record TopUp(long Tokens) : Step;
    }
}
