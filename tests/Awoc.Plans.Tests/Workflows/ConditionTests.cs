using System.Text.Json;
using Awoc.Plans.Workflows.Conditions;
using CsCheck;

namespace Awoc.Plans.Tests.Workflows;

public sealed class ConditionTests
{
    private sealed class Facts : IConditionFacts
    {
        private static readonly JsonElement s_json = JsonDocument.Parse("""{"n": 3, "s": "x", "t": true, "f": false, "z": null, "big": 1e400, "list": [{"id": 7}], "o": {"a": {"b": "deep"}}}""").RootElement;

        public string? Outcome(string key) => key switch { "ok" => "succeeded", "bad" => "timed_out", "out" => "canceled", _ => null };

        public string? Reason(string key) => key switch { "bad" => "time", "out" => "skipped", _ => null };

        public string? Summary(string key) => key == "ok" ? "all well" : null;

        public ConditionValue Json(string key, IReadOnlyList<string> path)
        {
            var at = s_json;
            foreach (var name in path)
            {
                if (at.ValueKind == JsonValueKind.Object && at.TryGetProperty(name, out var field)) at = field;
                else if (at.ValueKind == JsonValueKind.Array && int.TryParse(name, out var index) && index < at.GetArrayLength()) at = at[index];
                else return ConditionValue.None;
            }

            return key == "ok" ? ConditionValue.Of(at) : ConditionValue.None;
        }
    }

    [Theory]
    [InlineData("tasks.ok.outcome == \"succeeded\"", true)]
    [InlineData("tasks.ok.outcome == 'succeeded' and tasks.bad.reason != 'time'", false)]
    [InlineData("succeeded(ok)", true)]
    [InlineData("failed(bad)", true)]
    [InlineData("failed(out)", false)]
    [InlineData("skipped(out)", true)]
    [InlineData("failed(live)", false)]
    [InlineData("succeeded(live)", false)]
    [InlineData("not succeeded(bad)", true)]
    [InlineData("not not not succeeded(bad)", true)]
    [InlineData("tasks.ok.json.n > 2", true)]
    [InlineData("tasks.ok.json.n >= 3 and tasks.ok.json.n <= 3", true)]
    [InlineData("tasks.ok.json.n < '10'", true)]
    [InlineData("tasks.ok.json.list.0.id == 7", true)]
    [InlineData("tasks.ok.json.o.a.b == \"deep\"", true)]
    [InlineData("tasks.ok.json.nothing == null", true)]
    [InlineData("tasks.ok.json.z == null", true)]
    [InlineData("tasks.ok.json.nothing > 0", false)]
    [InlineData("tasks.ok.json.nothing <= 0", false)]
    [InlineData("tasks.ok.json.s > 0", false)]
    [InlineData("tasks.ok.json.t", true)]
    [InlineData("tasks.ok.json.f", false)]
    [InlineData("tasks.ok.json.z", false)]
    [InlineData("tasks.ok.json.o", true)]
    [InlineData("tasks.ok.json.o == tasks.ok.json.o", false)]
    [InlineData("tasks.bad.json.n == 3", false)]
    [InlineData("tasks.ok.summary == \"all well\"", true)]
    [InlineData("tasks.live.outcome == null", true)]
    [InlineData("inputs.mode == \"fast\" or false", true)]
    [InlineData("inputs.count > 4.5", true)]
    [InlineData("inputs.yes", true)]
    [InlineData("inputs.yes == true", true)]
    [InlineData("inputs.no", false)]
    [InlineData("true or true and false", true)]
    [InlineData("(true or true) and false", false)]
    [InlineData("\"a\\\"b\" == 'a\"b'", true)]
    [InlineData("-1 < 0", true)]
    [InlineData("\t true\n", true)]
    public void Holds_Condition_IsAsItReads(string text, bool holds)
    {
        var inputs = new Dictionary<string, string> { ["mode"] = "fast", ["count"] = "5", ["yes"] = "true", ["no"] = "false" };
        var condition = Assert.IsType<ConditionReading.Read>(ConditionParser.Parse(text)).Condition;
        Assert.Equal(holds, condition.Bind(inputs).Holds(new Facts()));
        Assert.Empty(condition.Bind(inputs).Inputs);
    }

    [Theory]
    [InlineData("", 0, "ends where a value")]
    [InlineData("tasks.a.outcome = 'x'", 16, "write '=='")]
    [InlineData("tasks.a.outcome == succeeded", 19, "text goes into quotes")]
    [InlineData("sucess(a)", 0, "there is no 'sucess'()")]
    [InlineData("suceeded(a)", 0, "did you mean succeeded?")]
    [InlineData("succeeded()", 10, "a task's key")]
    [InlineData("succeeded(a", 11, "')'")]
    [InlineData("(true", 5, "')'")]
    [InlineData("true false", 5, "and, or, or the end")]
    [InlineData("true && false", 5, "write and, or, not")]
    [InlineData("tasks.a", 7, "'.' and outcome")]
    [InlineData("tasks.a.json", 12, "a field's name")]
    [InlineData("tasks.a.size", 8, "a task has no 'size'")]
    [InlineData("1.2.3 > 0", 0, "is no number")]
    [InlineData("'abc", 0, "not closed")]
    [InlineData("Tasks.a.outcome", 0, "did you mean tasks?")]
    [InlineData("true or", 7, "it ends where")]
    public void Parse_WrongText_SaysWhatAndWhere(string text, int offset, string what)
    {
        var refused = Assert.IsType<ConditionReading.Refused>(ConditionParser.Parse(text));
        Assert.Equal(offset, refused.Offset);
        Assert.Contains(what, refused.What, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_NestedWithoutEnd_IsRefused() =>
        Assert.Contains("nested deeper", Assert.IsType<ConditionReading.Refused>(ConditionParser.Parse(new string('(', 4_000))).What, StringComparison.Ordinal);

    [Fact]
    public void Parse_AnyText_NeverThrowsAndPointsIntoIt() =>
        Gen.OneOf(Gen.String[0, 100], Words).Sample(
            text =>
            {
                switch (ConditionParser.Parse(text))
                {
                    case ConditionReading.Read(var condition):
                        Assert.Equal(condition, Assert.IsType<ConditionReading.Read>(ConditionParser.Parse(condition.ToString())).Condition);
                        condition.Holds(new Facts());
                        break;
                    case ConditionReading.Refused(var offset, var what):
                        Assert.InRange(offset, 0, text.Length);
                        Assert.NotEmpty(what);
                        break;
                }
            },
            iter: 100_000);

    private static Gen<string> Words => Pick(
        "and", "or", "not", "(", ")", "tasks.a.outcome", "tasks.a.json.x", "inputs.i", "==", "!=", "<", ">=", "\"x\"", "'\\'", "3", "-2.5", "true", "null", "succeeded(a)", "failed(b)", ".", "é", "\"", "&&")
        .List[0, 14].Select(w => string.Join(' ', w));

    private static Gen<string> Pick(params string[] of) => Gen.Int[0, of.Length - 1].Select(i => of[i]);
}
