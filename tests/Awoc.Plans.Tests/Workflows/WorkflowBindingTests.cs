using Awoc.Plans.Workflows;
using Awoc.Plans.Workflows.Reading;

namespace Awoc.Plans.Tests.Workflows;

public sealed class WorkflowBindingTests
{
    private static BindingResult Bind(string text, params (string Name, string Value)[] given)
    {
        var reading = WorkflowReader.Read(text);
        Assert.Empty(reading.Faults);
        return WorkflowBinding.Bind(reading, given.ToDictionary(g => g.Name, g => g.Value));
    }

    [Fact]
    public void Bind_Inputs_StandInEveryField()
    {
        var bound = Bind(
            """
            name: w
            inputs: { topic: auth, n: 5000, dir: { required: true } }
            budget: { tokens: "${inputs.n}" }
            tasks:
              a: { type: research, tokens: "${inputs.n}", description: "${inputs.topic} and ${inputs.topic}", output: "${inputs.dir}/a.md", context: "${inputs.dir}/c.md" }
              b: { needs: a, description: "${tasks.a.output} of ${inputs.topic}", when: inputs.topic == "x" or failed(a) }
            """,
            ("dir", "out"), ("topic", "login")).Workflow!;
        Assert.Equal(("5000", "login and login", "out/a.md"), (bound.Tasks[0].Values["tokens"], bound.Tasks[0].Values["description"], bound.Tasks[0].Values["output"]));
        Assert.Equal(["out/c.md"], bound.Tasks[0].Context);
        Assert.Equal("5000", bound.Budget["tokens"]);
        Assert.Equal("${tasks.a.output} of login", bound.Tasks[1].Values["description"]);
        Assert.Equal("\"login\" == \"x\" or failed(a)", bound.Tasks[1].When!.ToString());
        Assert.Equal(["a"], bound.Tasks[1].Uses);
        Assert.Empty(bound.Tasks[0].Uses);
    }

    [Fact]
    public void Bind_EscapesAndHostileInputs_StandForThemselves()
    {
        var bound = Bind(
            "name: w\ninputs: {x: 1}\ntasks:\n  a: {type: x}\n  b: {needs: a, description: \"$${inputs.x} ${inputs.x} $${tasks.a.output} ${tasks.a.output}\"}\n", ("x", "${tasks.a.summary}")).Workflow!;
        var description = bound.Tasks[1].Values["description"];
        Assert.Equal("${inputs.x} $${tasks.a.summary} $${tasks.a.output} ${tasks.a.output}", description);
        Assert.Equal(["${tasks.a.output}"], Awoc.Core.Waiting.TaskTemplate.Parse(description, ["a"]).References.Select(r => r.Text));
    }

    [Fact]
    public void Bind_InputMissingOrUnknown_NamesEach()
    {
        var faults = Bind("name: w\ninputs: {topic: {required: true, description: what about}, x: 1}\ntasks: {a: {type: x}}\n", ("topik", "y")).InputFaults;
        Assert.Equal(["topik", "topic"], faults.Select(f => f.Name));
        Assert.Contains("did you mean 'topic'?", faults[0].What, StringComparison.Ordinal);
        Assert.Contains("--input topic=VALUE (what about)", faults[1].What, StringComparison.Ordinal);
    }

    [Fact]
    public void Bind_ValueThatAnInputSpoils_IsAFaultAtItsPlace()
    {
        var fault = Assert.Single(Bind("name: w\ninputs: {n: many}\ntasks:\n  a: {type: x, tokens: \"${inputs.n}\"}\n").Faults);
        Assert.Equal((4, 24), (fault.Line, fault.Column));
        Assert.Contains("tokens is 'many' with its inputs", fault.What, StringComparison.Ordinal);
    }
}
