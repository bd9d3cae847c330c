using Awoc.Core.Contracts;
using Awoc.Runners.Builtin;

namespace Awoc.Runners.Tests.Builtin;

/// <summary>How a validator's end is told from a document's fault; the validator itself runs in <c>Awoc.AgentHost.Tests</c>.</summary>
public sealed class AgentSchemaValidatorTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("awoc-validator-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("echo; cat >/dev/null; echo Out of memory. >&2; exit 134", "Out of memory.")]
    [InlineData("echo; echo Out of memory. >&2; exit 134", "Out of memory.")]
    [InlineData("echo; printf '{\"findings\":['; cat >/dev/null; exit 139", "code 139")]
    [InlineData("echo; head -c 3000000 /dev/zero | tr '\\0' 'a'; cat >/dev/null", "more than can be told")]
    public async Task Check_ValidatorDiesOfTheDocument_IsAnErrorOfIt(string script, string told)
    {
        var verdict = await CheckAsync(script);

        Assert.Null(verdict.Unable);
        var finding = Assert.Single(verdict.Findings);
        Assert.Equal(("schema", FindingSeverity.Error), (finding.Rule, finding.Severity));
        Assert.Contains(told, finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("echo You must install .NET >&2; exit 131", "You must install .NET")]
    [InlineData("cat >/dev/null; printf '{\"findings\":[],\"error\":\"the validator does not take the schema\"}'", "does not take the schema")]
    public async Task Check_ValidatorCannotWork_IsUnable(string script, string told)
    {
        var verdict = await CheckAsync(script);

        Assert.Empty(verdict.Findings);
        Assert.Contains(told, verdict.Unable, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_DocumentThatIsTooLarge_IsAnErrorOfIt()
    {
        var verdict = await CheckAsync("exit 1", new string(' ', AgentSchemaValidator.LongestDocument + 1));

        Assert.Null(verdict.Unable);
        Assert.Contains("cannot be held against a schema", Assert.Single(verdict.Findings).Message, StringComparison.Ordinal);
    }

    private async Task<SchemaVerdict> CheckAsync(string script, string document = "{}")
    {
        var program = Path.Combine(_root, "awoc-agent");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\n{script}\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var question = new SchemaQuestion("{}", document, new Dictionary<string, string>(), new Dictionary<string, string> { ["path"] = program });
        return await new AgentSchemaValidator().CheckAsync(question, TestContext.Current.CancellationToken);
    }
}
