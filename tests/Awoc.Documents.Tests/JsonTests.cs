using Awoc.Core.Integration;
using Awoc.Documents.Integration;

namespace Awoc.Documents.Tests;

public sealed class JsonTests
{
    [Theory]
    [InlineData("[\n  1,\n  2\n]\n", "[2, 3]", "[\n  1,\n  2,\n  3\n]\n")]
    [InlineData("[]", "{\"a\": 1}", "[\n  {\"a\": 1}\n]")]
    [InlineData("[1,2]", "3", "[1,2,3]")]
    [InlineData("[\r\n\t{\"a\": 1}\r\n]\r\n", "{\n  \"b\": [\n    1\n  ]\n}", "[\r\n\t{\"a\": 1},\r\n\t{\r\n\t  \"b\": [\r\n\t    1\r\n\t  ]\r\n\t}\r\n]\r\n")]
    [InlineData("[1.0, {\"a\": 1, \"b\": 2}]", "[1, 10e-1, {\"b\": 2, \"a\": 1.0}]", "[1.0, {\"a\": 1, \"b\": 2}]")]
    public void Append_Array_KeepsTheTargetsWriting(string target, string result, string after) => Assert.Equal(after, Append(target, result));

    [Theory]
    [InlineData("{\n  \"a\": 1\n}\n", "{\"b\": {\"c\": 2}}", "{\n  \"a\": 1,\n  \"b\": {\"c\": 2}\n}\n")]
    [InlineData("{\"a\":{}}", "{\"a\":{\"b\":1}}", "{\"a\":{\"b\":1}}")]
    [InlineData("{\n  \"a\": {}\n}", "{\"a\":{\"b\":1}}", "{\n  \"a\": {\n    \"b\": 1\n  }\n}")]
    [InlineData("{\"big\": 123456789012345678901234567890.10}", "{\"big\": 123456789012345678901234567890.1, \"n\": 1e400}", "{\"big\": 123456789012345678901234567890.10, \"n\": 1e400}")]
    [InlineData("{\"t\": [\"a\", \"b\"]}", "{\"t\": [\"b\", \"\\u0063\"]}", "{\"t\": [\"a\", \"b\", \"\\u0063\"]}")]
    [InlineData("[{\"id\": 1, \"v\": [1]}]", "[{\"id\": 2}, {\"id\": 1, \"v\": [2]}]", "[{\"id\": 1, \"v\": [1, 2]}, {\"id\": 2}]")]
    public void Merge_JoinsByKeysAndFields(string target, string result, string after) => Assert.Equal(after, Merge(target, result));

    [Fact]
    public void Merge_OtherScalar_IsAConflictWithPointerAndLine()
    {
        var planned = Requests.Plan(Requests.Of(IntegrationMode.Merge, "{\n  \"a/b\": [\n    {\"id\": 7, \"v\": 1}\n  ]\n}", "{\"a/b\": [{\"id\": 7, \"v\": \"x\"}]}", "t.json"));
        Assert.False(planned.Changed);
        Assert.Equal(new IntegrationConflict("/a~1b/0/v", 3, "1", "\"x\""), Assert.Single(planned.Conflicts));
    }

    [Theory]
    [InlineData("{\n  \"a\": 1,\n}", 3)]
    [InlineData("{\"a\": 1, // c\n}", 1)]
    [InlineData("{\n\"a\": 1,\n\"a\": 2}", 3)]
    [InlineData("{} x", 1)]
    [InlineData("{\"a\": \"\\ud800\"}", 1)]
    public void Merge_InvalidTarget_NamesTheLine(string target, int line)
    {
        var fault = Requests.Refuse(Requests.Of(IntegrationMode.Merge, target, "{}", "t.json"));
        Assert.Equal(("t.json", line), (fault.File, fault.Line));
    }

    [Fact]
    public void Append_ToAnObject_IsRefusedWithWhatToDo() =>
        Assert.Equal("t.json:1: is an object: append adds elements to an array; use merge", Requests.Refuse(Requests.Of(IntegrationMode.Append, "{}", "1", "t.json")).ToString());

    [Fact]
    public void Merge_TooDeep_IsRefused() =>
        Assert.NotNull(Requests.Refuse(Requests.Of(IntegrationMode.Merge, new string('[', 50_000), "[]", "t.json")));

    [Fact]
    public void Reference_IntoJson_IsRefused() => Assert.Contains("no room for a reference", Requests.Refuse(Requests.Of(IntegrationMode.Reference, "{}", "{}", "t.json")).What, StringComparison.Ordinal);

    /// <summary>JSON has them in its strings as they are; as line endings they would end the string.</summary>
    [Theory]
    [InlineData('\u0085')]
    [InlineData('\u2028')]
    [InlineData('\u2029')]
    public void Integrate_UnicodeLineEndInAString_StaysInIt(char end)
    {
        var element = $"{{\r\n  \"b\": \"x{end}y\"\r\n}}";
        Assert.Equal($"[\n  1,\n  {{\n    \"b\": \"x{end}y\"\n  }}\n]\n", Append("[\n  1\n]\n", element));
        Assert.Equal($"[1, {{ \"b\": \"x{end}y\" }}]", Append("[1]", element));
        Assert.Equal($"{{\n  \"a\": {{\n    \"b\": \"x{end}y\"\n  }}\n}}", Merge("{\n}", $"{{\"a\": {element}}}"));
    }

    [Fact]
    public void Append_WouldBeTooDeep_IsRefused()
    {
        var deep = $"{{\"a\": {new string('[', 99)}{new string(']', 99)}}}";
        Assert.True(Requests.Plan(Requests.Of(IntegrationMode.Merge, "{}", deep, "t.json")).Changed);
        Assert.Contains("cannot take the result", Requests.Refuse(Requests.Of(IntegrationMode.Append, "[]", deep, "t.json")).What, StringComparison.Ordinal);
    }

    [Fact]
    public void Merge_NoTarget_IsTheResult() => Assert.Equal("{\"a\": 1}", Merge(null, "{\"a\": 1}"));

    private static string Merge(string? target, string result) => Twice(Requests.Of(IntegrationMode.Merge, target, result, "t.json"));

    private static string Append(string target, string result) => Twice(Requests.Of(IntegrationMode.Append, target, result, "t.json"));

    private static string Twice(IntegrationRequest request)
    {
        var planned = Requests.Plan(request);
        Assert.False(Requests.Plan(request with { Target = planned.Content }).Changed);
        return planned.Text();
    }
}
