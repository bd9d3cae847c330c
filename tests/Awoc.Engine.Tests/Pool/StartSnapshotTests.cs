using System.Diagnostics;
using Awoc.Core.Agents;
using Awoc.Engine.Pool;
using Microsoft.Extensions.Time.Testing;

namespace Awoc.Engine.Tests.Pool;

public sealed class StartSnapshotTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("awoc-snapshot-").FullName;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 22, 30, 0, TimeSpan.Zero));
    private readonly Dictionary<string, string> _variables;

    public StartSnapshotTests() => _variables = new Dictionary<string, string>
    {
        ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin",
        ["HOME"] = _root,
        ["TZ"] = "UTC",
    };

    private string Repository => Path.Combine(_root, "repo");

    private string Memory => Path.Combine(_root, "CLAUDE.md");

    [Fact]
    public async Task Take_WithoutAChange_IsTheSame()
    {
        Git("init -q . && echo one > a && git add . && git commit -qm one");
        Assert.Equal(await TakeAsync(), await TakeAsync());
    }

    [Theory]
    [InlineData("echo two > a")]
    [InlineData("echo new > b")]
    [InlineData("git checkout -q -b other")]
    [InlineData("echo two > a && git add a")]
    [InlineData("git commit -q --allow-empty -m two")]
    [InlineData("git config user.name Other")]
    [InlineData("rm -r .git")]
    public async Task Take_AnythingThatGitTells_IsAnother(string change)
    {
        Git("init -q . && echo one > a && git add . && git commit -qm one");
        var before = await TakeAsync();
        Shell(change);
        Assert.NotEqual(before, await TakeAsync());
    }

    [Fact]
    public async Task Take_AFileThatComesChangesOrGoes_IsAnother()
    {
        Directory.CreateDirectory(Repository);
        HashSet<string?> seen = [await TakeAsync()];
        await File.WriteAllTextAsync(Memory, "one");
        Assert.True(seen.Add(await TakeAsync()));
        await File.WriteAllTextAsync(Memory, "two");
        Assert.True(seen.Add(await TakeAsync()));
        File.Delete(Memory);
        Assert.False(seen.Add(await TakeAsync()));
    }

    [Fact]
    public async Task Take_AfterMidnightWhereTheCallerIs_IsAnother()
    {
        Directory.CreateDirectory(Repository);
        _variables["TZ"] = "Europe/Berlin";
        var before = await TakeAsync();
        _time.Advance(TimeSpan.FromMinutes(29));
        Assert.Equal(before, await TakeAsync());
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.NotEqual(before, await TakeAsync());
    }

    [Fact]
    public async Task Take_MoreThanItsBounds_IsNoneAtAll()
    {
        Directory.CreateDirectory(Repository);
        await File.WriteAllBytesAsync(Memory, new byte[(1 << 20) + 1]);
        Assert.Null(await TakeAsync());
    }

    [Fact]
    public async Task Take_AFileBehindALinkedFolder_IsAnotherWhenItIsEdited()
    {
        Directory.CreateDirectory(Repository);
        var rules = Directory.CreateDirectory(Memory).FullName;
        var skill = Directory.CreateDirectory(Path.Combine(_root, "dotfiles", "skill")).FullName;
        await File.WriteAllTextAsync(Path.Combine(skill, "SKILL.md"), "one");
        Directory.CreateSymbolicLink(Path.Combine(rules, "skill"), skill);
        Directory.CreateSymbolicLink(Path.Combine(rules, "again"), skill);
        var before = await TakeAsync();
        Assert.NotNull(before);

        // In place: the folder's own time stays.
        await File.WriteAllTextAsync(Path.Combine(skill, "SKILL.md"), "other");
        Assert.NotEqual(before, await TakeAsync());

        for (var n = 0; n < 2001; n++) await File.WriteAllTextAsync(Path.Combine(skill, $"{n}"), "");
        Assert.Null(await TakeAsync());
    }

    [Fact]
    public async Task Take_AFolderThatLeadsBackToItself_IsLookedAtOnce()
    {
        Directory.CreateDirectory(Repository);
        var rules = Directory.CreateDirectory(Memory).FullName;
        await File.WriteAllTextAsync(Path.Combine(rules, "one.md"), "one");
        Directory.CreateDirectory(Path.Combine(rules, "deep"));
        Directory.CreateSymbolicLink(Path.Combine(rules, "deep", "back"), rules);
        Directory.CreateSymbolicLink(Path.Combine(rules, "self"), Path.Combine(rules, "self"));
        HashSet<string?> seen = [await TakeAsync()];
        Assert.DoesNotContain(null, seen);
        Assert.False(seen.Add(await TakeAsync()));

        await File.WriteAllTextAsync(Path.Combine(rules, "deep", "two.md"), "two");
        Assert.True(seen.Add(await TakeAsync()));
        Directory.CreateSymbolicLink(Path.Combine(rules, "other"), Repository);
        Assert.True(seen.Add(await TakeAsync()));
    }

    [Fact]
    public async Task Take_AGitThatHangs_GivesUpInASecond()
    {
        Directory.CreateDirectory(Path.Combine(Repository, ".git"));
        var programs = Directory.CreateDirectory(Path.Combine(_root, "bin")).FullName;
        await File.WriteAllTextAsync(Path.Combine(programs, "git"), "#!/bin/sh\nexec sleep 1000\n");
        File.SetUnixFileMode(Path.Combine(programs, "git"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        _variables["PATH"] = $"{programs}:{_variables["PATH"]}";
        Assert.Null(await TakeAsync());
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private Task<string?> TakeAsync() => StartSnapshot.TakeAsync(
        new WarmUp { Lines = [], IsReady = _ => true, Bind = _ => [], Reads = [Memory], ReadsGit = true, ReadsDate = true },
        Repository, _variables, _time, TestContext.Current.CancellationToken);

    private void Git(string rest)
    {
        Directory.CreateDirectory(Repository);
        Shell($"git config --global user.name n && git config --global user.email e && git {rest}");
    }

    private void Shell(string script)
    {
        var start = new ProcessStartInfo("/bin/sh") { ArgumentList = { "-c", script }, WorkingDirectory = Repository };
        start.Environment["HOME"] = _root;
        using var shell = Process.Start(start)!;
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }
}
