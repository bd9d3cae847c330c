using System.Text;
using Awoc.Core.Agents;
using Awoc.Core.Tasks;
using Awoc.Runners.Commands;
using Awoc.Runners.Tests.Running;

namespace Awoc.Runners.Tests.Commands;

public sealed class CommandRunnerTests : IDisposable
{
    private readonly CommandRunner _runner = new();
    private readonly Workplace _place = new();

    [Theory]
    [InlineData("printf 'one\\ntwo\\n'; echo \"$AWOC_TASK_ID\"", new[] { "one", "two", "1763876543-9f86d081884c" })]
    [InlineData("echo 'a  b' \"$((1+1))\" '研究' -- -x", new[] { "a  b 2 研究 -- -x" })]
    public async Task Plan_Command_RunsInTheShellAndTellsItsLines(string command, string[] lines)
    {
        var (evidence, events) = await RunAsync(command);
        Assert.Equal(AttemptVerdict.Success, _runner.Judge(evidence));
        Assert.Equal(lines, events.OfType<AgentEvent.Text>().Select(t => t.Value));
    }

    [Fact]
    public async Task Plan_Command_MayWriteItsOutputAtTheStagingPath()
    {
        await RunAsync("pwd > \"$AWOC_OUTPUT\"");
        Assert.Equal(_place.Cwd + "\n", await File.ReadAllTextAsync(_place.Staging));
    }

    [Theory]
    [InlineData("exit 3", "Exit code 3")]
    [InlineData("no-such-program-anywhere", "Exit code 127 (command not found)")]
    [InlineData("kill -9 $$", "signal 9")]
    public async Task Judge_NotZero_IsCommandFailed(string command, string words)
    {
        var verdict = _runner.Judge((await RunAsync(command)).Evidence);
        Assert.Equal((TaskOutcome.Failed, EndReason.CommandFailed), (verdict.Outcome, verdict.Reason));
        Assert.Contains(words, verdict.Detail, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Validate_WhatTheKernelCannotTake_IsAFault()
    {
        var spec = _place.Context(Available(), "none").Spec;
        Assert.Empty(_runner.Validate(spec with { Description = new string('x', 131_071) }));
        Assert.NotEmpty(_runner.Validate(spec with { Description = new string('x', 131_072) }));
        Assert.NotEmpty(_runner.Validate(spec with { Description = "a\0b" }));
        Assert.NotEmpty(_runner.Validate(spec with { Description = " " }));
    }

    [Fact]
    public async Task Plan_LongestCommand_Runs()
    {
        var (evidence, _) = await RunAsync("true " + new string('x', 131_066));
        Assert.Equal(AttemptVerdict.Success, _runner.Judge(evidence));
    }

    [Fact]
    public void Read_InvalidUtf8_IsStillText() =>
        Assert.IsType<AgentEvent.Text>(Assert.Single(_runner.OpenStream().Read(new byte[] { 0xff, (byte)'a' })));

    public void Dispose() => _place.Dispose();

    private AgentAvailability Available() => _runner.Probe(new AgentEnvironment(_place.Caller(), false, new Dictionary<string, string>()));

    private async Task<(AttemptEvidence Evidence, IReadOnlyList<AgentEvent> Events)> RunAsync(string command)
    {
        var context = _place.Context(Available(), "none", command);
        var plan = _runner.Plan(context);
        Assert.False(plan.StructuredOutput || plan.KeepStdin);
        await using var run = await PlanRun.StartAsync(_runner, plan, _place.Cwd, _place.Caller(), 0);
        return (await run.EndAsync(), run.Events);
    }
}
