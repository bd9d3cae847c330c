using System.Collections.Immutable;
using System.Globalization;
using Awoc.Plans.Workflows.Resuming;
using CsCheck;

namespace Awoc.Plans.Tests.Workflows;

/// <summary>Runs of random workflows whose tasks fail at random, again and again, over a store in memory.</summary>
public sealed class ResumptionTests
{
    /// <summary>A store of tasks, and what each step ran on.</summary>
    private sealed class World
    {
        private readonly List<(string Id, string Key, string Sha, bool Succeeded, ImmutableDictionary<string, string> Used, string Result)> _tasks = [];

        public HashSet<string> Lost { get; } = [];

        public int Launches => _tasks.Count;

        public IReadOnlyList<StepDecision> Plan(IReadOnlyList<PlannedStep> steps, bool fresh = false) => Resumption.DecideAsync(steps, sha => Task.FromResult(Earlier(sha)), id => Task.FromResult(ResultSha(id)), fresh).GetAwaiter().GetResult();

        /// <summary>One run: what is decided to run runs, and fails where it is told to; what needs a failed one does not run.</summary>
        /// <returns>The keys that ran and succeeded.</returns>
        public List<string> Run(IReadOnlyList<PlannedStep> steps, Func<string, bool> fails, bool fresh = false)
        {
            Dictionary<string, string> standing = [];
            List<string> succeeded = [];
            foreach (var (step, decision) in steps.Zip(Plan(steps, fresh)))
            {
                if (decision.Reused is { } reused)
                {
                    standing[step.Key] = reused;
                    continue;
                }

                if (!step.Needs.Where(n => n.Kind == "after").All(n => standing.ContainsKey(n.Key))) continue;
                var id = $"t{_tasks.Count}";
                var used = step.Uses.ToImmutableDictionary(k => k, k => standing[k]);

                // Its result is made of what it is and of what it read: the same of both give the same bytes.
                var result = $"{step.Definition}({string.Join(',', used.OrderBy(u => u.Key).Select(u => ResultSha(u.Value)))})";
                var fine = !fails(step.Key);
                _tasks.Add((id, step.Key, decision.InputsSha, fine, used, result));
                if (!fine) continue;
                standing[step.Key] = id;
                succeeded.Add(step.Key);
            }

            return succeeded;
        }

        public string NewestOf(string key) => _tasks.Last(t => t.Key == key).Id;

        private IReadOnlyList<EarlierStep> Earlier(string sha) =>
            [.. _tasks.Where(t => t.Sha == sha).Reverse().Select(t => new EarlierStep(t.Id, t.Succeeded, t.Used) { Lost = Lost.Contains(t.Id) ? "gone" : null })];

        private string? ResultSha(string id) => Lost.Contains(id) ? null : _tasks.Single(t => t.Id == id).Result;
    }

    private static readonly Gen<(PlannedStep[] Steps, int Seed)> s_workflows =
        from count in Gen.Int[1, 12]
        from seed in Gen.Int
        select (Steps(count, new Random(seed)), seed);

    private static PlannedStep[] Steps(int count, Random random) =>
    [
        .. Enumerable.Range(0, count).Select(i =>
        {
            var needs = Enumerable.Range(0, i).Where(_ => random.Next(3) == 0).Select(n => ("after", Key(n))).ToImmutableArray();
            return new PlannedStep(Key(i), $"d{i}", needs, [.. needs.Where(_ => random.Next(2) == 0).Select(n => n.Item2)]);
        }),
    ];

    private static string Key(int i) => string.Create(CultureInfo.InvariantCulture, $"s{i}");

    [Fact]
    public void Run_RandomFailures_WhatSucceededNeverRunsAgainAndAllSucceedsInTheEnd() => s_workflows.Sample(w =>
    {
        var random = new Random(w.Seed);
        var world = new World();
        HashSet<string> done = [];
        for (var run = 0; run < 10; run++)
        {
            var fails = run < 9 ? _ => random.Next(3) == 0 : (Func<string, bool>)(_ => false);
            Assert.All(world.Run(w.Steps, fails), key => Assert.True(done.Add(key), $"{key} ran again"));
        }

        Assert.Equal(w.Steps.Length, done.Count);
        var launches = world.Launches;
        Assert.Empty(world.Run(w.Steps, _ => true));
        Assert.Equal(launches, world.Launches);
        Assert.All(world.Plan(w.Steps), d => Assert.NotNull(d.Reused));
    }, iter: 5_000);

    [Fact]
    public void Run_StepChanged_RunsItAndAllBehindItAgainAndNothingElse() => s_workflows.Sample(w =>
    {
        var world = new World();
        world.Run(w.Steps, _ => false);
        var changed = Key(new Random(w.Seed).Next(w.Steps.Length));
        PlannedStep[] steps = [.. w.Steps.Select(s => s.Key == changed ? s with { Definition = "other" } : s)];
        HashSet<string> behind = [changed];
        foreach (var step in steps.Where(s => s.Needs.Any(n => behind.Contains(n.Key)))) behind.Add(step.Key);
        Assert.Equal(behind.Order(), world.Run(steps, _ => false).Order());

        // And back: all of it ran once.
        Assert.Empty(world.Run(w.Steps, _ => false));
    }, iter: 5_000);

    [Fact]
    public void Run_ResultGone_RunsItAndWhatReadItAgain() => s_workflows.Sample(w =>
    {
        var world = new World();
        world.Run(w.Steps, _ => false);
        var gone = Key(new Random(w.Seed).Next(w.Steps.Length));
        world.Lost.Add(world.NewestOf(gone));
        HashSet<string> again = [gone];
        foreach (var step in w.Steps.Where(s => s.Uses.Any(again.Contains))) again.Add(step.Key);
        Assert.Equal(again.Order(), world.Run(w.Steps, _ => false).Order());
    }, iter: 5_000);

    [Fact]
    public void Run_Fresh_RunsAllAndIsReusedThen() => s_workflows.Sample(w =>
    {
        var world = new World();
        world.Run(w.Steps, _ => false);
        Assert.Equal(w.Steps.Length, world.Run(w.Steps, _ => false, fresh: true).Count);
        Assert.All(world.Plan(w.Steps), d => Assert.Equal(world.NewestOf(d.Key), d.Reused));
    }, iter: 1_000);

    [Fact]
    public void Decide_OlderSuccessBehindANewerFailure_IsReused()
    {
        PlannedStep[] steps = [new("a", "d", [], [])];
        var world = new World();
        world.Run(steps, _ => false);
        var first = world.NewestOf("a");
        world.Run(steps, _ => true, fresh: true);
        Assert.Equal(first, Assert.Single(world.Plan(steps)).Reused);
    }

    [Fact]
    public void Decide_NeedOfAnotherKind_IsAnotherStep()
    {
        var world = new World();
        world.Run([new("a", "d", [], []), new("b", "d", [("after", "a")], [])], _ => false);
        Assert.Equal([false, true], world.Plan([new("a", "d", [], []), new("b", "d", [("ended", "a")], [])]).Select(d => d.Reused is null));
    }
}
