using Awoc.Core.Waiting;
using CsCheck;

namespace Awoc.Core.Tests.Waiting;

public sealed class TaskTemplateTests
{
    private static readonly string[] s_pieces = ["${tasks.", "x", ".output", "}", "$", " ", "\n", "${", "y.json.a"];

    [Fact]
    public void Parse_EveryForm_IsRead()
    {
        var template = TaskTemplate.Parse("a ${tasks.x.output} ${tasks.x.summary}${tasks.x.result} ${tasks.x.json.a.0} b", ["x"]);
        Assert.Empty(template.Faults);
        Assert.Equal([ReferenceForm.Output, ReferenceForm.Summary, ReferenceForm.Result, ReferenceForm.Json], template.References.Select(r => r.Form));
        Assert.Equal(["a", "0"], template.References.Last().Path);
    }

    [Fact]
    public void Parse_NameWithDots_TheLongestThatIsKnownCounts() =>
        Assert.Equal("a.b", Assert.Single(TaskTemplate.Parse("${tasks.a.b.output}", ["a", "a.b"]).References).Name);

    [Theory]
    [InlineData("${tasks.y.output}", "one of the tasks")]
    [InlineData("${tasks.x.nothing}", "after the name")]
    [InlineData("${tasks.x.json}", "after the name")]
    [InlineData("${tasks.x.json..a}", "after the name")]
    [InlineData("${tasks.x.output", "closing brace")]
    [InlineData("${tasks.x\n.output}", "closing brace")]
    public void Parse_WhatIsNoReference_IsAFaultThatSaysWhy(string text, string why)
    {
        var template = TaskTemplate.Parse(text, ["x"]);
        Assert.Contains(why, Assert.Single(template.Faults).Allowed, StringComparison.Ordinal);
        Assert.Empty(template.References);
    }

    [Fact]
    public void Parse_DoubledDollar_StandsForItself()
    {
        var template = TaskTemplate.Parse("echo $${tasks.x.output} ${HOME}", ["x"]);
        Assert.Empty(template.Faults);
        Assert.Equal("echo ${tasks.x.output} ${HOME}", Assert.Single(template.Parts));
    }

    [Fact]
    public void Parse_AnyText_LosesNothing() =>
        Gen.Int[0, s_pieces.Length - 1].Array[0, 12].Select(at => string.Concat(at.Select(n => s_pieces[n]))).Sample(text =>
        {
            var template = TaskTemplate.Parse(text, ["x"]);
            var again = string.Concat(template.Parts.Select(p => p is TaskReference r ? r.Text : (string)p));

            // What is refused is shown as it was written, doubled dollars and all.
            if (template.Faults.Count == 0) Assert.Equal(text.Replace("$${tasks.", "${tasks.", StringComparison.Ordinal), again);
        });
}
