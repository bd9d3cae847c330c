using Awoc.Core.Tasks;
using Awoc.Engine.Contexts;
using Microsoft.Extensions.Time.Testing;

namespace Awoc.Engine.Tests.Contexts;

public sealed class PrefixBookTests
{
    private static readonly ContextKey s_key = ContextKey.Of("one");
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 20, 0, 0, TimeSpan.Zero));
    private readonly PrefixBook _book;
    private readonly TaskId[] _tasks;

    public PrefixBookTests()
    {
        _book = new PrefixBook(_time);
        _tasks = [.. Enumerable.Range(0, 6).Select(_ => TaskId.New(_time))];
    }

    [Fact]
    public void Ask_FirstOfAHead_LeadsAndTheOthersWaitForIt()
    {
        Assert.Equal(new PrefixAnswer.Go(Leads: true), Ask(0));
        Assert.Equal(new PrefixAnswer.Wait(_tasks[0], _time.GetUtcNow() + PrefixBook.Patience), Ask(1));
        Assert.Equal(new PrefixAnswer.Go(Leads: true), _book.Ask(ContextKey.Of("another"), _tasks[2], 1, hour: false));
    }

    [Fact]
    public void Begun_LeadersAnswer_FreesAllThatWaitAndNoneWaitsAnyMore()
    {
        Ask(0);
        Ask(1);
        Ask(2);

        Assert.Equal([_tasks[1], _tasks[2]], _book.Begun(_tasks[0]));

        Assert.Equal(new PrefixAnswer.Go(Leads: false), Ask(1));
        Assert.Equal(new PrefixAnswer.Go(Leads: false), Ask(3));
        Assert.Equal(_time.GetUtcNow() + TimeSpan.FromMinutes(5), _book.WarmUntil(s_key));
    }

    [Fact]
    public void Ask_EntryIsNearItsEnd_LeadsAgain()
    {
        Ask(0);
        _book.Begun(_tasks[0]);
        _time.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal(new PrefixAnswer.Go(Leads: false), Ask(1));

        // A read refreshes it.
        _book.Begun(_tasks[1]);
        _time.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal(new PrefixAnswer.Go(Leads: false), Ask(2));

        _time.Advance(TimeSpan.FromSeconds(35));
        Assert.Equal(new PrefixAnswer.Go(Leads: true), Ask(3));
    }

    [Fact]
    public void Ask_WrittenForAnHour_IsWarmForThatLong()
    {
        _book.Ask(s_key, _tasks[0], 1, hour: true);
        _book.Begun(_tasks[0]);
        _time.Advance(TimeSpan.FromMinutes(50));
        Assert.Equal(new PrefixAnswer.Go(Leads: false), Ask(1));
    }

    [Fact]
    public void Gone_LeaderBeforeItsFirstAnswer_TheNextLeadsAndTheRestWaitForThat()
    {
        Ask(0);
        Ask(1);
        Ask(2);
        _time.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal([_tasks[1]], _book.Gone(_tasks[0], version: 2));

        Assert.Equal(new PrefixAnswer.Wait(_tasks[1], _time.GetUtcNow() + PrefixBook.Patience), Ask(2));
        Assert.Equal(new PrefixAnswer.Go(Leads: true), Ask(1));
    }

    [Fact]
    public void Gone_NextLeaderBeforeItStarted_TheOneAfterItLeads()
    {
        Ask(0);
        Ask(1);
        Ask(2);
        _book.Gone(_tasks[0], version: 2);

        Assert.Equal([_tasks[2]], _book.Gone(_tasks[1], version: 2));
        Assert.Empty(_book.Gone(_tasks[2], version: 2));
        Assert.Equal(new PrefixAnswer.Go(Leads: true), Ask(3));
    }

    [Fact]
    public void Gone_OneThatWaits_ChangesNothingForTheOthers()
    {
        Ask(0);
        Ask(1);
        Ask(2);
        Assert.Empty(_book.Gone(_tasks[1], version: 2));
        Assert.Equal([_tasks[2]], _book.Begun(_tasks[0]));
    }

    [Fact]
    public void Gone_ToldLateOfAnEarlierVersion_IsPassedOver()
    {
        _book.Ask(s_key, _tasks[0], version: 5, hour: false);
        Ask(1);
        Assert.Empty(_book.Gone(_tasks[0], version: 4));
        Assert.IsType<PrefixAnswer.Wait>(Ask(1));
    }

    [Fact]
    public void Ask_WhatATaskSendsHasChanged_ItsOldHeadIsLeftToTheOthers()
    {
        Ask(0);
        Ask(1);
        Ask(2);

        Assert.Equal(new PrefixAnswer.Go(Leads: true), _book.Ask(ContextKey.Of("changed"), _tasks[1], 2, hour: false));
        Assert.Equal([_tasks[2]], _book.Gone(_tasks[0], version: 2));
        _book.Ask(ContextKey.Of("changed, too"), _tasks[2], 2, hour: false);

        Assert.Equal(new PrefixAnswer.Go(Leads: true), Ask(3));
    }

    [Fact]
    public void Ask_LeaderIsSlow_TheOthersStartAfterTheirPatience()
    {
        Ask(0);
        Ask(1);
        _time.Advance(PrefixBook.Patience);
        Assert.Equal(new PrefixAnswer.Go(Leads: false), Ask(1));
        Assert.Equal(new PrefixAnswer.Go(Leads: false), Ask(2));
    }

    [Fact]
    public void IsOpen_WhatItWaitsForCameInTheMeantime_IsTrue()
    {
        Ask(0);
        Ask(1);
        Assert.False(_book.IsOpen(_tasks[1]));
        _book.Begun(_tasks[0]);
        Assert.True(_book.IsOpen(_tasks[1]));
    }

    [Fact]
    public void Ask_RandomLives_OnlyOneLeadsAndNobodyWaitsForNobody()
    {
        for (var seed = 0; seed < 2000; seed++)
        {
            var random = new Random(seed);
            var book = new PrefixBook(_time);
            var waiting = new HashSet<TaskId>();
            var running = new HashSet<TaskId>();
            TaskId? leader = null;
            var versions = _tasks.ToDictionary(t => t, _ => 1L);
            for (var step = 0; step < 40; step++)
            {
                var task = _tasks[random.Next(_tasks.Length)];
                switch (random.Next(5))
                {
                    case 0 or 1 when !running.Contains(task):
                        switch (book.Ask(s_key, task, versions[task], hour: false))
                        {
                            case PrefixAnswer.Go(Leads: true):
                                Assert.True(leader is null || leader == task, $"seed {seed}: two lead");
                                leader = task;
                                waiting.Remove(task);
                                running.Add(task);
                                break;
                            case PrefixAnswer.Go:
                                waiting.Remove(task);
                                running.Add(task);
                                break;
                            case PrefixAnswer.Wait(var whom, _):
                                Assert.True(whom == leader, $"seed {seed}: waits for somebody who does not lead");
                                waiting.Add(task);
                                break;
                        }

                        break;
                    case 2 when running.Contains(task):
                        foreach (var free in book.Begun(task)) waiting.Remove(free);
                        Assert.Empty(waiting);
                        leader = null;
                        break;
                    case 3:
                        running.Remove(task);
                        waiting.Remove(task);
                        var next = book.Gone(task, ++versions[task]);
                        if (leader == task) leader = next.Count > 0 ? next[0] : null;
                        foreach (var free in next) waiting.Remove(free);
                        break;
                    case 4:
                        _time.Advance(TimeSpan.FromSeconds(random.Next(200)));
                        break;
                }

                Assert.True(waiting.Count == 0 || leader is not null || waiting.All(book.IsOpen), $"seed {seed}: {waiting.Count} wait and nobody leads");
            }
        }
    }

    private PrefixAnswer Ask(int task) => _book.Ask(s_key, _tasks[task], version: 1, hour: false);
}
