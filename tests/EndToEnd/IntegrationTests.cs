using System.Text.Json.Nodes;
using Awoc.TestKit;

namespace Awoc.EndToEnd;

/// <summary>Results on their way into the user's files, by the published programs.</summary>
public sealed class IntegrationTests
{
    private const string Notes = "# Notes\n\nMine.\n";

    [Fact]
    public async Task Integrate_IntoAFile_ShowsTheDiffWritesOnceAndUndoesItsBytes()
    {
        await using var awoc = new AwocSandbox();
        var notes = Write(awoc, "NOTES.md", Notes);
        await ReportAsync(awoc, "limits", "The token bucket is everywhere.");

        var shown = await awoc.AwocAsync("integrate", "limits", "append", "--into", "NOTES.md", "--dry-run");
        Assert.Equal(0, shown.Code);
        Assert.Contains("+The token bucket is everywhere.", shown.Out, StringComparison.Ordinal);
        Assert.Contains("nothing was written", shown.Error, StringComparison.Ordinal);
        Assert.Equal(Notes, File.ReadAllText(notes));

        var done = await awoc.AwocAsync("integrate", "@last", "append", "--into", "NOTES.md");
        Assert.Equal(0, done.Code);
        Assert.Equal(shown.Out, done.Out);
        Assert.Contains("quality 1.00", done.Error, StringComparison.Ordinal);
        Assert.StartsWith(Notes, File.ReadAllText(notes), StringComparison.Ordinal);

        var again = await awoc.AwocAsync("integrate-background", "limits", "append", "--into", "NOTES.md", "--json");
        Assert.Equal((0, false), (again.Code, (bool)JsonNode.Parse(again.Out)!["changed"]!));

        Assert.Equal(0, (await awoc.AwocAsync("integrate", "limits", "--undo")).Code);
        Assert.Equal(Notes, File.ReadAllText(notes));
        var undone = await awoc.AwocAsync("integrate", "limits", "--undo", "1");
        Assert.Equal(0, undone.Code);
        Assert.Contains("undone already", undone.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Integrate_TenProcessesAtOnce_AllLand()
    {
        await using var awoc = new AwocSandbox();
        var notes = Write(awoc, "NOTES.md", Notes);
        for (var i = 0; i < 10; i++) await ReportAsync(awoc, $"part-{i}", $"Finding number {i}.");

        var ran = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => awoc.AwocAsync("integrate", $"part-{i}", "append", "--into", "NOTES.md")));

        Assert.All(ran, r => Assert.Equal((0, ""), (r.Code, r.Code == 0 ? "" : r.Error)));
        var text = File.ReadAllText(notes);
        Assert.StartsWith(Notes, text, StringComparison.Ordinal);
        for (var i = 0; i < 10; i++) Assert.Equal(2, text.Split($"Finding number {i}.").Length);

        // Each can be taken out again, whatever came after it.
        foreach (var i in (int[])[3, 0, 9, 1, 2, 8, 4, 7, 5, 6]) Assert.Equal(0, (await awoc.AwocAsync("integrate", $"part-{i}", "--undo")).Code);
        Assert.Equal(Notes, File.ReadAllText(notes));
    }

    [Fact]
    public async Task Integrate_NoTarget_IsStandardOutput()
    {
        await using var awoc = new AwocSandbox();
        await ReportAsync(awoc, "limits", "The token bucket is everywhere.");

        var ran = await awoc.AwocAsync("integrate", "limits");

        Assert.Equal(0, ran.Code);
        Assert.Contains("The token bucket is everywhere.", ran.Out, StringComparison.Ordinal);
        Assert.NotNull((await awoc.StatusAsync("limits"))["readAt"]);
    }

    [Fact]
    public async Task Integrate_WhatCannotBe_SaysWhyAndExitsAsDocumented()
    {
        await using var awoc = new AwocSandbox();
        Directory.CreateDirectory(Path.Combine(awoc.Work, "docs"));
        await ReportAsync(awoc, "limits", "Words.");
        var slow = await awoc.LaunchAsync("custom:sleep 60", "--agent", "command", "--name", "slow");

        await RefusedAsync(2, "Did you mean 'append'", "integrate", "limits", "apend");
        await RefusedAsync(2, "no task", "integrate", "nobody");
        await RefusedAsync(2, "--undo", "integrate", "limits", "append", "--undo");
        await RefusedAsync(2, "--max-words", "integrate", "limits", "summarize", "--max-words", "none");
        await RefusedAsync(1, "is a directory", "integrate", "limits", "--into", "docs");
        await RefusedAsync(1, "--allow-outside", "integrate", "limits", "--into", "/etc/hosts");
        await RefusedAsync(1, "integrated nowhere", "integrate", "limits", "--undo");
        await RefusedAsync(1, "awoc wait", "integrate", "slow", "--into", "NOTES.md");
        await awoc.AwocAsync("cancel", slow);

        async Task RefusedAsync(int code, string why, params string[] arguments)
        {
            var ran = await awoc.AwocAsync(arguments);
            Assert.Contains(why, ran.Error, StringComparison.Ordinal);
            Assert.Equal(code, ran.Code);
        }
    }

    [Fact]
    public async Task Run_Integrate_IsDoneAsTheTaskSucceeds()
    {
        await using var awoc = new AwocSandbox();
        var notes = Write(awoc, "NOTES.md", Notes);

        var ran = await awoc.AwocAsync("run", Report("Words."), "--agent", "command", "--integrate", "append:NOTES.md", "--wait");

        Assert.Equal(0, ran.Code);
        Assert.Contains("Words.", File.ReadAllText(notes), StringComparison.Ordinal);
        Assert.NotNull((await awoc.StatusAsync("@last"))["readAt"]);
        Assert.Equal(0, (await awoc.AwocAsync("integrate", "@last", "--undo")).Code);
        Assert.Equal(Notes, File.ReadAllText(notes));
    }

    [Fact]
    public async Task Run_IntegrateIntoOutput_BringsItIntoTheFileThatWasThere()
    {
        await using var awoc = new AwocSandbox();
        var notes = Write(awoc, "NOTES.md", Notes);

        var ran = await awoc.AwocAsync("run", Report("Words."), "NOTES.md", "--agent", "command", "--integrate", "append", "--wait");

        Assert.Equal(0, ran.Code);
        Assert.StartsWith(Notes, File.ReadAllText(notes), StringComparison.Ordinal);
        Assert.Contains("Words.", File.ReadAllText(notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_IntegrateThatCannotBe_IsRefusedBeforeItCosts()
    {
        await using var awoc = new AwocSandbox();
        Directory.CreateDirectory(Path.Combine(awoc.Work, "docs"));

        await RefusedAsync("did you mean merge?", "mrge:NOTES.md");
        await RefusedAsync("is a directory", "append:docs");
        await RefusedAsync("--allow-outside", "append:/etc/hosts");
        await RefusedAsync("mkdir -p", "append:not/there.md");
        await RefusedAsync("or an OUTPUT", "append");
        Assert.Equal(0, await awoc.CountTasksAsync());

        async Task RefusedAsync(string why, string value)
        {
            var ran = await awoc.AwocAsync("run", "custom:true", "--agent", "command", "--integrate", value);
            Assert.Contains(why, ran.Error, StringComparison.Ordinal);
            Assert.Equal(2, ran.Code);
        }
    }

    [Fact]
    public async Task Run_IntegrateWhoseTargetGoesBad_IsAnAlertAndTheTaskASuccess()
    {
        await using var awoc = new AwocSandbox();
        var ran = await awoc.AwocAsync("run", $"{Report("Words.")}; mkdir NOTES.md", "--agent", "command", "--name", "late", "--integrate", "append:NOTES.md", "--wait");

        Assert.Equal(0, ran.Code);
        Assert.Contains("could not be integrated", ran.Error, StringComparison.Ordinal);
        var alerts = await awoc.AwocAsync("alerts", "--json");
        var alert = Assert.Single(JsonNode.Parse(alerts.Out)!.AsArray())!;
        Assert.Equal(("late", "not_integrated"), ((string?)alert["name"], (string?)alert["kind"]));
    }

    [Fact]
    public async Task Run_DaemonKilledBeforeTheEnd_IntegratesExactlyOnce()
    {
        await using var awoc = new AwocSandbox();
        var notes = Write(awoc, "NOTES.md", Notes);
        var id = await awoc.LaunchAsync(
            $"custom:until [ -e go ]; do sleep 0.1; done; {Report("Words.")["custom:".Length..]}", "--agent", "command", "--name", "waiting", "--integrate", "append:NOTES.md");
        await Eventually.TrueAsync(async () => (string?)(await awoc.StatusAsync(id))["state"] == "running", TimeSpan.FromSeconds(30), "the task runs");

        Processes.Kill(await awoc.DaemonPidAsync());
        Write(awoc, "go", "");
        await awoc.EndOfAsync(id);
        await Eventually.TrueAsync(async () => (await awoc.StatusAsync(id))["readAt"] is not null, TimeSpan.FromSeconds(30), "the result is integrated");
        Processes.Kill(await awoc.DaemonPidAsync());
        Assert.Equal(0, (await awoc.AwocAsync("daemon", "start")).Code);
        await ReportAsync(awoc, "later", "Something to wait for.");

        Assert.Equal(2, File.ReadAllText(notes).Split("Words.").Length);
    }

    [Fact]
    public async Task Metrics_AfterIntegrations_HaveTheirQuality()
    {
        await using var awoc = new AwocSandbox();
        var empty = await awoc.AwocAsync("metrics");
        Assert.Equal(6, empty.Out.Split("no data").Length - 1);
        Write(awoc, "NOTES.md", Notes);
        await ReportAsync(awoc, "good", "Words.");
        await ReportAsync(awoc, "linked", "[x](gone.md)");
        Assert.Equal(1, (await awoc.AwocAsync("run", "custom:false", "--agent", "command", "--wait")).Code);
        await awoc.AwocAsync("integrate", "good", "append", "--into", "NOTES.md");
        await awoc.AwocAsync("integrate", "linked", "append", "--into", "NOTES.md");

        var metrics = JsonNode.Parse((await awoc.AwocAsync("metrics", "--since", "1h", "--json")).Out)!;

        Assert.Equal((3, 2, 0.6667, 0.95), ((int)metrics["ended"]!, (int)metrics["integrations"]!, (double)metrics["successRate"]!, (double)metrics["integrationQuality"]!));
        Assert.Equal(1, (int)metrics["qualityParts"]!["danglingLinks"]!);
        Assert.InRange((double)metrics["parallelEfficiency"]!, 0.99, 3);
        Assert.Null(metrics["resourceUtilization"]);
        Assert.Equal(2, (await awoc.AwocAsync("metrics", "--since", "soon")).Code);
    }

    [Fact]
    public async Task Integrate_SummarizeWithAgent_LaunchesATaskOfItsOwn()
    {
        await using var awoc = new AwocSandbox().Rehearsed();
        await ReportAsync(awoc, "limits", "The token bucket is everywhere.");
        var limits = await awoc.StatusAsync("limits");

        var ran = await awoc.AwocAsync("integrate", "limits", "summarize", "--with-agent", "--max-words", "50");

        Assert.Equal(0, ran.Code);
        var summary = await awoc.EndOfAsync(ran.Out.Trim());
        Assert.Equal(("succeeded", "complete"), ((string?)summary["outcome"], (string?)summary["result"]));
        Assert.Equal($"summary-{((string)limits["id"]!).Split('-')[1]}", (string?)summary["name"]);
        Assert.Contains("at most 50 words", (string?)summary["description"], StringComparison.Ordinal);
    }

    private static string Report(string words) => $"custom:printf '# Report\\n\\n{words}\\n'";

    private static async Task ReportAsync(AwocSandbox awoc, string name, string words)
    {
        var ran = await awoc.AwocAsync("run", Report(words), "--agent", "command", "--name", name, "--wait");
        Assert.True(ran.Code == 0, ran.Error);
    }

    private static string Write(AwocSandbox awoc, string name, string text)
    {
        var path = Path.Combine(awoc.Work, name);
        File.WriteAllText(path, text);
        return path;
    }
}
