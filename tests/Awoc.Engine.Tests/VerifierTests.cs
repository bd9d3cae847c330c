using System.Text;
using Awoc.Core.Contracts;
using Awoc.Core.Tasks;
using Awoc.Engine.Settings;
using Awoc.Engine.Verifying;
using Awoc.Prompts.Catalog;
using Xunit;

namespace Awoc.Engine.Tests;

public sealed class VerifierTests : ISettingsSource, ISchemaValidator
{
    private readonly Checkable _json = new(TaskTypeCatalog.BuiltIn.Find("custom")!, "r.json", Path.GetTempPath()) { Schema = """{"type":"object"}""", Strict = true };

    private Exception? _fault;

    [Fact]
    public async Task Check_ProjectsSettingsAreBroken_UsesTheUsersOwn()
    {
        var outcome = await CheckAsync(_json, "{}");

        Assert.Equal(Verification.Passed, outcome.Verification);
    }

    [Fact]
    public async Task Check_ValidatorCannotBeReached_IsNotCheckedAndSaysAgainstWhat()
    {
        foreach (var fault in new Exception[] { new IOException("gone"), new UnauthorizedAccessException("gone"), new SettingsException("gone") })
        {
            _fault = fault;
            var outcome = await CheckAsync(_json, "{}");

            Assert.Equal(Verification.NotChecked, outcome.Verification);
            Assert.Equal("it was not checked against its schema: gone", outcome.Note);
        }
    }

    [Fact]
    public void Of_ErrorBesideWhatCouldNotBeChecked_Fails()
    {
        var outcome = CheckOutcome.Of([new Finding("empty", "it is empty", null, FindingSeverity.Error)], "the files that it names were not looked at: gone");

        Assert.Equal(Verification.Failed, outcome.Verification);
        Assert.Equal(["empty", "not_checked"], outcome.Findings.Select(finding => finding.Rule));
    }

    AwocSettings ISettingsSource.Read(string? cwd) => cwd is null ? new AwocSettings() : throw new SettingsException($"{cwd} is wrong");

    TaskTypeCatalog ISettingsSource.Types(string? cwd) => TaskTypeCatalog.BuiltIn;

    Task<SchemaVerdict> ISchemaValidator.CheckAsync(SchemaQuestion question, CancellationToken cancellation) =>
        _fault is null ? Task.FromResult(new SchemaVerdict([])) : throw _fault;

    private Task<CheckOutcome> CheckAsync(Checkable what, string text) =>
        new Verifier(this, this).CheckAsync(what, Encoding.UTF8.GetBytes(text), TestContext.Current.CancellationToken);
}
