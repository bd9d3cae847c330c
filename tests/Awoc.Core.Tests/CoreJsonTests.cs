using System.Text.Json;
using Awoc.Core.Budgets;
using Awoc.Core.Lifecycle;
using Awoc.Core.Tasks;
using CsCheck;
using Storage.Conformance;

namespace Awoc.Core.Tests;

public sealed class CoreJsonTests
{
    [Fact]
    public void TaskSpec_AnyTexts_RoundTrip() =>
        Gen.Select(Gen.String, Gen.String.Array[0, 4], Gen.String.Null(), Gen.Bool, Gen.Long[1, Budget.MaxTokens]).Sample(
            (description, context, name, overwrite, tokens) =>
            {
                var spec = RandomLife.Spec() with
                {
                    Description = Whole(description),
                    Context = [.. context.Select(Whole)],
                    Name = name is null ? null : Whole(name),
                    Overwrite = overwrite,
                    Budget = new Budget(tokens, 60),
                    SecretNames = ["API_KEY"],
                };

                var text = JsonSerializer.Serialize(spec, CoreJson.Default.TaskSpec);
                var back = JsonSerializer.Deserialize(text, CoreJson.Default.TaskSpec)!;

                Assert.Equal(spec.Context.AsEnumerable(), back.Context);
                Assert.Equal(spec.SecretNames.AsEnumerable(), back.SecretNames);
                Assert.Equal(spec.Environment.AsEnumerable(), back.Environment);
                Assert.Equal(
                    spec with { Context = [], SecretNames = [], Environment = back.Environment },
                    back with { Context = [], SecretNames = [], RequiredSecrets = [] });
            });

    [Fact]
    public void TaskSpec_OldTextWithoutLaterMembers_HasTheirDefaults()
    {
        const string Text = """{"type":"custom","agent":"claude","budget":{"tokens":1,"timeoutSeconds":2},"cwd":"/"}""";

        var spec = JsonSerializer.Deserialize(Text, CoreJson.Default.TaskSpec)!;

        Assert.Equal("", spec.Description);
        Assert.Equal("default", spec.Queue);
        Assert.Empty(spec.Context);
        Assert.Empty(spec.SecretNames);
        Assert.Empty(spec.RequiredSecrets);
        Assert.Empty(spec.Environment);
    }

    [Fact]
    public void TaskSpec_UnknownMember_IsIgnored()
    {
        const string Text = """{"type":"custom","agent":"claude","budget":{"tokens":1,"timeoutSeconds":2},"cwd":"/","ofTomorrow":[1]}""";

        Assert.Equal("claude", JsonSerializer.Deserialize(Text, CoreJson.Default.TaskSpec)!.Agent);
    }

    [Fact]
    public void TaskEvent_RandomLives_RoundTripToTheSameState() => RandomLife.Steps.Sample(steps =>
    {
        var task = TaskLifecycle.Launch(TaskId.Parse("1763876543-9f86d081884c"), RandomLife.Spec(), RandomLife.Start);
        var log = task.Events.ToList();
        var state = task.Next;
        var at = RandomLife.Start;
        foreach (var step in steps)
        {
            at = at.AddTicks(step.Amount + 1);
            if (TaskLifecycle.Decide(state, RandomLife.Command(step, state, at), at) is not Decision.Accepted accepted) continue;
            log.AddRange(accepted.Events);
            state = accepted.Next;
        }

        var back = TaskLifecycle.Replay(log
            .Select(e => JsonSerializer.Serialize(e, CoreJson.Default.TaskEvent))
            .Select(t => JsonSerializer.Deserialize(t, CoreJson.Default.TaskEvent)!));

        Assert.Equal(state with { Spec = back.Spec }, back);
    });

    [Fact]
    public void TaskEvent_EveryKind_HasItsWord()
    {
        var kinds = typeof(TaskEvent).GetNestedTypes().Where(t => t.IsSubclassOf(typeof(TaskEvent))).ToHashSet();
        var written = CoreJson.Default.TaskEvent.PolymorphismOptions!.DerivedTypes;

        Assert.Equal(kinds, written.Select(t => t.DerivedType).ToHashSet());
        Assert.All(written, t => Assert.Equal(JsonNamingPolicy.SnakeCaseLower.ConvertName(t.DerivedType.Name), t.TypeDiscriminator));
    }

    [Fact]
    public void TaskEvent_Written_HasKindWordsAndNoNulls()
    {
        TaskEvent e = new TaskEvent.Ended(new TaskEnding { Outcome = TaskOutcome.TimedOut, Reason = EndReason.Deadline }) { At = RandomLife.Start };

        Assert.Equal(
            """{"kind":"ended","ending":{"outcome":"timed_out","reason":"deadline","result":"none","verification":"not_checked","findings":[],"delivered":false},"at":"2026-11-22T10:30:00+00:00"}""",
            JsonSerializer.Serialize(e, CoreJson.Default.TaskEvent));
    }

    /// <summary>Half a surrogate pair is no text: UTF-8 has no form for it.</summary>
    private static string Whole(string text) => string.Concat(text.EnumerateRunes().Select(r => r.ToString()));
}
