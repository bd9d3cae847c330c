using System.Diagnostics;
using Awoc.Core.Catalog;
using Awoc.Engine.Contexts;
using Awoc.Engine.Homes;
using Awoc.Prompts.Catalog;
using Microsoft.Extensions.Time.Testing;

namespace Awoc.Engine.Tests.Contexts;

public sealed class PreparedContextsTests : IDisposable
{
    private static readonly string[] s_seedTypes = ["api-research", "code-analysis", "testing", "documentation"];
    private readonly string _root = Directory.CreateTempSubdirectory("awoc-contexts-").FullName;
    private readonly string _repository;
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly PreparedContexts _contexts;

    public PreparedContextsTests()
    {
        _repository = Path.Combine(_root, "project");
        _contexts = new PreparedContexts(new AwocPaths(Path.Combine(_root, "home")), _time);
        Write("README.md", "# Shop\n");
        Write("docs/guide.md", "# Guide\n");
        Write("shop.csproj", "<Project/>");
        Write("src/Cart.cs", "namespace Shop;\npublic class Cart\n{\n    public int Total() => 0;\n}\n");
        Write("src/Program.cs", "System.Console.WriteLine(1);\n");
        Write("tests/CartTests.cs", "public class CartTests\n{\n}\n");
        Write(".env", "KEY=sk-ant-very-secret\n");
        Write("deploy/prod.pem", "-----BEGIN");
        Write("logo.png", "png");
        Write(".gitignore", "ignored.txt\n");
        Git("init", "-q");
        Git("add", "-A");
        Git("-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-qm", "first");
        Write("ignored.txt", "not for anybody");
        Write("untracked.cs", "class Untracked { }");
    }

    [Fact]
    public async Task Prepare_SeedTypes_SayWhatIsThereAndLeaveOutWhatIsSecretBinaryOrUntracked()
    {
        var made = await PrepareAsync(s_seedTypes);

        Assert.Equal(s_seedTypes, made.Select(c => c.Type));
        Assert.Single(made.Select(c => c.Text).Distinct());
        var map = made[0].Text;
        Assert.Contains("- C#: 3 files", map, StringComparison.Ordinal);
        Assert.Contains("- src/Program.cs", map, StringComparison.Ordinal);
        Assert.Contains("- shop.csproj", map, StringComparison.Ordinal);
        Assert.Contains("- src/Cart.cs: Cart, Total", map, StringComparison.Ordinal);
        Assert.All([".env", "prod.pem", "logo.png", "ignored.txt", "ntracked", "sk-ant"], left => Assert.DoesNotContain(left, map, StringComparison.Ordinal));
        Assert.Contains("shop.csproj", Primer("api-research"), StringComparison.Ordinal);
        Assert.Contains("src/Cart.cs", Primer("code-analysis"), StringComparison.Ordinal);
        Assert.Contains("tests/CartTests.cs", Primer("testing"), StringComparison.Ordinal);
        Assert.Contains("docs/guide.md", Primer("documentation"), StringComparison.Ordinal);

        string Primer(string type) => made.Single(c => c.Type == type).Primer!;
    }

    [Fact]
    public async Task Fresh_NothingChanged_IsTheSameToTheByteAndNotMadeAgain()
    {
        var made = await PrepareAsync("testing");
        var again = await PrepareAsync("testing");
        var found = await FreshAsync("testing");

        Assert.Equal(made[0], again[0]);
        Assert.Equal(made[0], found);
        Assert.True(await PreparedContexts.IsFreshAsync(made[0], ContextSettings.Default, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Fresh_RepositoryChanged_IsMadeAgain(bool commit)
    {
        var before = (await PrepareAsync("testing"))[0];
        Write("src/Cart.cs", "namespace Shop;\npublic class Basket\n{\n}\n");
        if (commit) Git("-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-qam", "second");

        Assert.False(await PreparedContexts.IsFreshAsync(before, ContextSettings.Default, TestContext.Current.CancellationToken));
        var now = await FreshAsync("testing");

        Assert.Contains("Basket", now!.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Total", now.Text, StringComparison.Ordinal);
        Assert.Equal(now, await FreshAsync("testing"));
    }

    [Fact]
    public async Task Fresh_AnEditThatMovesLinesOnly_GivesTheSameText()
    {
        var before = (await PrepareAsync("testing"))[0];
        Write("src/Cart.cs", "namespace Shop;\n\n\n// longer\npublic class Cart\n{\n    public int Total() => 1;\n}\n");

        var now = await FreshAsync("testing");

        Assert.NotEqual(before.Fingerprint, now!.Fingerprint);
        Assert.Equal((before.Sha, before.BuiltAt), (now.Sha, now.BuiltAt));
    }

    [Fact]
    public async Task Fresh_OtherTypeOrOtherRepository_HasNone()
    {
        await PrepareAsync("testing");
        var other = Path.Combine(_repository, "nested");
        Directory.CreateDirectory(other);
        Process.Start("git", ["-C", other, "init", "-q"])!.WaitForExit();

        Assert.Null(await FreshAsync("research"));
        Assert.Null(await FreshAsync("testing", other));
        Assert.Null(await FreshAsync("testing", _root));
        Assert.NotNull(await FreshAsync("testing", Path.Combine(_repository, "src")));
    }

    [Fact]
    public async Task Prepare_LargeRepository_KeepsWithinItsTokens()
    {
        for (var i = 0; i < 400; i++) Write($"src/part{i % 20}/File{i}.cs", $"public class Class{i}\n{{\n    public void Method{i}() {{ }}\n}}\n");
        Git("add", "-A");

        var made = await _contexts.PrepareAsync(
            [TaskTypeCatalog.BuiltIn.Find("analysis")!], _repository, new ContextSettings(1000, 1000), TestContext.Current.CancellationToken);

        Assert.InRange(made[0].Text.Length, 2000, 4200);
        Assert.Contains("more", made[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prepare_DirectoryWithoutARepository_MapsItsFiles()
    {
        Directory.Delete(Path.Combine(_repository, ".git"), recursive: true);

        var made = (await PrepareAsync("documentation"))[0];

        Assert.Contains("- docs/: guide.md", made.Text, StringComparison.Ordinal);
        Assert.Equal(made, await FreshAsync("documentation"));
        Assert.DoesNotContain("prod.pem", made.Text, StringComparison.Ordinal);
        Write("docs/more.md", "x");
        _time.Advance(RepositoryLooks.Good);
        Assert.Contains("more.md", (await FreshAsync("documentation"))!.Text, StringComparison.Ordinal);
    }

    /// <summary>A gate asks for each of many tasks in turn, and each start asks again.</summary>
    [Fact]
    public async Task Fresh_AskedManyTimesAtOnce_LooksOnce()
    {
        var before = (await PrepareAsync("testing"))[0];
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(before, await FreshAsync("testing"));
            if (i == 0) Write("src/Cart.cs", "namespace Shop;\npublic class Basket\n{\n}\n");
        }

        _time.Advance(RepositoryLooks.Good);
        Assert.Contains("Basket", (await FreshAsync("testing"))!.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Looks_ManyRepositories_AreForgotten()
    {
        var looks = new RepositoryLooks(_time, TimeSpan.FromSeconds(5));
        var first = await looks.AtAsync(_repository, TestContext.Current.CancellationToken);
        Assert.Same(first, await looks.AtAsync(_repository, TestContext.Current.CancellationToken));
        for (var i = 0; i < 40; i++)
        {
            var other = Directory.CreateDirectory(Path.Combine(_root, $"r{i}")).FullName;
            await looks.AtAsync(other, TestContext.Current.CancellationToken);
        }

        Assert.NotSame(first, await looks.AtAsync(_repository, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Prepare_RepositoryThatNamesPrograms_RunsNoneOfThem()
    {
        var ran = Path.Combine(_root, "ran");
        Write(".gitattributes", "* filter=evil\n");
        Git("config", "filter.evil.clean", $"touch '{ran}'; cat");
        Git("config", "core.fsmonitor", $"touch '{ran}'; false");
        var cart = Path.Combine(_repository, "src/Cart.cs");
        File.SetLastWriteTimeUtc(cart, File.GetLastWriteTimeUtc(cart).AddMinutes(-5));

        await PrepareAsync("testing");
        await FreshAsync("testing");
        Assert.False(File.Exists(ran));

        // They are such as git runs when it is asked the wrong thing.
        Git("status", "--porcelain");
        Assert.True(File.Exists(ran));
    }

    [Fact]
    public async Task Sign_SmallQuestionsOfTheAgentsOwn_AreNotTakenForTheHead()
    {
        var sign = new WarmingSign(1000);
        sign.Begun(new Core.Agents.AnswerBegun(999));
        sign.Changed(Core.Agents.GatewayRecord.Nothing with { Requests = 1 });
        Assert.False(sign.HasBegun || sign.Settled.IsCompleted);

        sign.Begun(new Core.Agents.AnswerBegun(1000));
        sign.Changed(Core.Agents.GatewayRecord.Nothing with { Requests = 2, OpenRequests = 1 });
        Assert.True(sign.HasBegun && !sign.Settled.IsCompleted);
        sign.Changed(Core.Agents.GatewayRecord.Nothing with { Requests = 2 });
        await sign.Settled.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Marked_ProcessesOfAWarming_AreAllEnded()
    {
        var id = Guid.NewGuid().ToString("n");
        var start = new ProcessStartInfo("sh", ["-c", "sleep 300 & sleep 300 & wait"]);
        start.Environment["AWOC_WARMING"] = id;
        using var shell = Process.Start(start)!;

        await Awoc.Engine.Shims.OrphanSweep.KillMarkedAsync($"AWOC_WARMING={id}", TimeSpan.FromSeconds(5), TimeProvider.System);

        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, await Awoc.Engine.Shims.OrphanSweep.KillMarkedAsync($"AWOC_WARMING={id}", TimeSpan.FromSeconds(5), TimeProvider.System));
    }

    [Fact]
    public void Clean_WhatAWarmingLeft_IsGoneAndNothingElse()
    {
        var paths = new AwocPaths(Path.Combine(_root, "home"));
        PrefixWarmer.Clean(paths);
        Directory.CreateDirectory(Path.Combine(paths.Cache, "warming", "one"));
        File.WriteAllText(Path.Combine(paths.Cache, "warming", "one", "shared-context.md"), "x");
        Directory.CreateDirectory(paths.PreparedContexts);

        PrefixWarmer.Clean(paths);

        Assert.False(Directory.Exists(Path.Combine(paths.Cache, "warming")));
        Assert.True(Directory.Exists(paths.PreparedContexts));
    }

    [Fact]
    public async Task Clear_SomeOrAll_TakesThemAway()
    {
        await PrepareAsync(s_seedTypes);
        Assert.Equal(["testing"], _contexts.Clear(c => c.Type == "testing").Select(c => c.Type));
        Assert.Null(await FreshAsync("testing"));
        Assert.Equal(3, _contexts.All().Count);
        _contexts.Clear(_ => true);
        Assert.Empty(_contexts.All());
    }

    [Fact]
    public async Task Prepare_NamesThatLookLikeHeadings_StayOnTheirLine()
    {
        Write("src/# Task Configuration\n## Evil.cs", "class X { }");
        Git("add", "-A");

        var map = (await PrepareAsync("testing"))[0].Text;

        Assert.DoesNotContain("\n## Evil", map, StringComparison.Ordinal);
        Assert.Contains("Evil.cs", map, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private Task<IReadOnlyList<PreparedContext>> PrepareAsync(params string[] types) => _contexts.PrepareAsync(
        [.. types.Select(t => TaskTypeCatalog.BuiltIn.Find(t)!)], _repository, ContextSettings.Default, TestContext.Current.CancellationToken);

    private Task<PreparedContext?> FreshAsync(string type, string? directory = null) =>
        _contexts.FreshAsync(type, directory ?? _repository, ContextSettings.Default, TestContext.Current.CancellationToken);

    private void Write(string path, string text)
    {
        var file = Path.Combine(_repository, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    private void Git(params string[] arguments)
    {
        using var git = Process.Start("git", ["-C", _repository, .. arguments])!;
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
    }
}
