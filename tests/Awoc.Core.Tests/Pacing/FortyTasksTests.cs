using Awoc.Core.Pacing;

namespace Awoc.Core.Tests.Pacing;

/// <summary>40 tasks at an API of 5 requests a second that answers 429 beyond it.</summary>
public sealed class FortyTasksTests
{
    private const double PerSecond = 5;
    private const int Runs = 25;
    private static readonly DateTimeOffset s_began = new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);

    /// <param name="steps">It counts whole seconds, so that with answers that come at random even a perfect pace is refused now and then.</param>
    [Theory]
    [InlineData(false, true, 0.9)]
    [InlineData(false, false, 0.9)]
    [InlineData(true, false, 0.8)]
    public void FortyTasks_WithTheLimiter_AllSucceedAndLittleIsRejected(bool steps, bool tells, double utilization)
    {
        var runs = Enumerable.Range(1, Runs).Select(seed => Run(new LaneLimiter(), steps, tells, seed)).ToList();
        var figures = Figures(runs);
        TestContext.Current.TestOutputHelper?.WriteLine(figures);
        Assert.All(runs, run => Assert.Equal((40, 0), (run.Succeeded, run.Failed)));
        Assert.True(runs.Min(r => r.Utilization(PerSecond)) > utilization, figures);
        Assert.True(runs.Max(r => r.Rejected) < 0.05, figures);
    }

    [Fact]
    public void FortyTasks_WithoutTheLimiter_ManyAreRejected()
    {
        var runs = Enumerable.Range(1, Runs).Select(seed => Run(null, steps: false, tells: true, seed)).ToList();
        var figures = Figures(runs);
        TestContext.Current.TestOutputHelper?.WriteLine(figures);
        Assert.True(runs.Min(r => r.Rejected) > 0.3, figures);
        Assert.True(runs.Average(r => r.Utilization(PerSecond)) < 0.9, figures);
    }

    private static LaneSimulation Run(LaneLimiter? limiter, bool steps, bool tells, int seed) =>
        new LaneSimulation(new LimitedApi(PerSecond, steps, tells, s_began), limiter, agents: 40, requestsEach: 20, seed).Run();

    private static string Figures(List<LaneSimulation> runs) => FormattableString.Invariant(
        $"{runs.Count} runs: succeeded {runs.Min(r => r.Succeeded)} at least, utilization {runs.Min(r => r.Utilization(PerSecond)):0.000} to {runs.Max(r => r.Utilization(PerSecond)):0.000}, rejected {runs.Min(r => r.Rejected):0.000} to {runs.Max(r => r.Rejected):0.000}, {runs.Average(r => r.Took.TotalSeconds):0} s");
}
