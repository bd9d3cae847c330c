using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using Awoc.AgentHost.Tools;
using Awoc.TestKit;

namespace Awoc.AgentHost.Tests;

public sealed class ToolTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("awoc-tools-").FullName;
    private readonly Workspace _workspace;

    public ToolTests() => _workspace = new Workspace(_root);

    [Fact]
    public async Task Read_OffsetLimitLongLineBinaryPipe_AreHandled()
    {
        await Put("a.txt", string.Concat(Enumerable.Range(1, 3000).Select(i => $"line {i}\r\n")));
        var tool = new ReadTool(_workspace);
        var whole = await Run(tool, """{"file_path":"a.txt"}""");
        Assert.StartsWith("     1\tline 1\n     2\tline 2\n", whole.Text, StringComparison.Ordinal);
        Assert.EndsWith("(there is more: read on with offset 2001)\n", whole.Text, StringComparison.Ordinal);
        Assert.Equal("  2999\tline 2999\n  3000\tline 3000\n", (await Run(tool, """{"file_path":"a.txt","offset":"2999","limit":5}""")).Text);
        Assert.Equal("(the file has 3000 lines)", (await Run(tool, """{"file_path":"a.txt","offset":9999}""")).Text);

        await Put("long", new string('x', 1_000_000) + "\nnext");
        var lines = (await Run(tool, """{"file_path":"long"}""")).Text.Split('\n');
        Assert.Equal(7 + ReadTool.MaxLineLength + 1, lines[0].Length);
        Assert.Equal("     2\tnext", lines[1]);

        await Put("empty", "");
        Assert.Equal("(the file is empty)", (await Run(tool, """{"file_path":"empty"}""")).Text);
        await File.WriteAllBytesAsync(Path.Combine(_root, "bin"), [1, 0, 2]);
        Assert.Contains("binary", (await Run(tool, """{"file_path":"bin"}""")).Text, StringComparison.Ordinal);
        using (var made = Process.Start("mkfifo", [Path.Combine(_root, "pipe")])) await made.WaitForExitAsync();
        foreach (var (path, words) in new[] { ("pipe", "not a regular file"), ("/dev/zero", "not a regular file"), (".", "is a directory"), ("none", "does not exist") })
        {
            var refused = await Run(tool, $$"""{"file_path":"{{path}}"}""");
            Assert.True(refused.IsError);
            Assert.Contains(words, refused.Text, StringComparison.Ordinal);
        }

        Assert.True((await Run(tool, "{}")).IsError);
        Assert.True((await Run(tool, "[]")).IsError);
    }

    [Fact]
    public async Task Write_ExistingFile_KeepsItsModeAndLinkAndLeavesNoTemporary()
    {
        var tool = new WriteTool(_workspace);
        var target = await Put("real.sh", "old");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(target, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.CreateSymbolicLink(Path.Combine(_root, "link.sh"), target);
        Assert.False((await Run(tool, """{"file_path":"link.sh","content":"new ü"}""")).IsError);
        Assert.Equal("new ü", await File.ReadAllTextAsync(target));
        Assert.NotNull(new FileInfo(Path.Combine(_root, "link.sh")).LinkTarget);
        if (!OperatingSystem.IsWindows()) Assert.True(File.GetUnixFileMode(target).HasFlag(UnixFileMode.UserExecute));
        Assert.False((await Run(tool, """{"file_path":"deep/er/x.md","content":""}""")).IsError);
        Assert.Equal("", await File.ReadAllTextAsync(Path.Combine(_root, "deep/er/x.md")));
        Assert.True((await Run(tool, """{"file_path":"deep","content":"x"}""")).IsError);
        Assert.True((await Run(tool, """{"file_path":"real.sh/x","content":"x"}""")).IsError);
        Assert.Empty(Directory.GetFiles(_root, "*.tmp", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Edit_AmbiguousOrAbsentText_IsRefusedAndChangesNothing()
    {
        var tool = new EditTool(_workspace);
        var file = await Put("e.txt", "one two one");
        Assert.Contains("occurs 2 times", (await Run(tool, """{"file_path":"e.txt","old_string":"one","new_string":"1"}""")).Text, StringComparison.Ordinal);
        Assert.Contains("does not occur", (await Run(tool, """{"file_path":"e.txt","old_string":"three","new_string":"3"}""")).Text, StringComparison.Ordinal);
        Assert.True((await Run(tool, """{"file_path":"e.txt","old_string":"","new_string":"3"}""")).IsError);
        Assert.Equal("one two one", await File.ReadAllTextAsync(file));
        Assert.False((await Run(tool, """{"file_path":"e.txt","old_string":"one","new_string":"1","replace_all":true}""")).IsError);
        Assert.Equal("1 two 1", await File.ReadAllTextAsync(file));
    }

    [Theory]
    [InlineData("Y2Fm6SBvbmU=", "is not UTF-8 text")]           // Latin-1 "café one"
    [InlineData("//5vAG4AZQA=", "binary")]                      // UTF-16 with its mark
    [InlineData("b25lAP8B", "binary")]
    public async Task Edit_WhatIsNotUtf8_IsRefusedAndStaysAsItIs(string content, string words)
    {
        var bytes = Convert.FromBase64String(content);
        var file = Path.Combine(_root, "other");
        await File.WriteAllBytesAsync(file, bytes);
        var refused = await Run(new EditTool(_workspace), """{"file_path":"other","old_string":"one","new_string":"1"}""");
        Assert.True(refused.IsError);
        Assert.Contains(words, refused.Text, StringComparison.Ordinal);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(file));
    }

    [Theory]
    [InlineData("\uFEFFa é\r\nb\r\nc\r\n", "\uFEFFa é\r\n1\r\n2\r\nc\r\n")]
    [InlineData("a é\nb\nc", "a é\n1\n2\nc")]
    [InlineData("x\r\na é\nb\nc\n", "x\r\na é\n1\n2\nc\n")]
    public async Task Edit_Utf8_KeepsMarkAndLineEnds(string before, string after)
    {
        var file = Path.Combine(_root, "kept");
        await File.WriteAllBytesAsync(file, Encoding.UTF8.GetBytes(before));
        var edited = await Run(new EditTool(_workspace), """{"file_path":"kept","old_string":"é\nb\nc","new_string":"é\n1\n2\nc"}""");
        Assert.False(edited.IsError, edited.Text);
        Assert.Equal(Encoding.UTF8.GetBytes(after), await File.ReadAllBytesAsync(file));
    }

    [Theory]
    [InlineData("*.cs", "a.cs")]
    [InlineData("**/*.cs", "a.cs src/b.cs src/deep/c.cs")]
    [InlineData("src/**", "src/b.cs src/deep/c.cs src/deep/d.json")]
    [InlineData("src/{b,x}.cs", "src/b.cs")]
    [InlineData("**/[b-c].cs", "src/b.cs src/deep/c.cs")]
    [InlineData("**/[!b].cs", "a.cs src/deep/c.cs")]
    [InlineData("**/?.json", "src/deep/d.json")]
    [InlineData("**/{*.json,a.*}", "a.cs src/deep/d.json")]
    [InlineData("none*", "")]
    public async Task Glob_Pattern_FindsWhatAShellWould(string pattern, string expected)
    {
        foreach (var path in new[] { "a.cs", "src/b.cs", "src/deep/c.cs", "src/deep/d.json", "node_modules/x/e.cs", ".git/f.cs" }) await Put(path, "x");
        Directory.CreateSymbolicLink(Path.Combine(_root, "src/deep/loop"), _root);
        var found = (await Run(new GlobTool(_workspace), $$"""{"pattern":"{{pattern}}"}""")).Text;
        IEnumerable<string> paths = found == "No files found" ? [] : found.Split('\n').Select(p => Path.GetRelativePath(_root, p)).Order(StringComparer.Ordinal);
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), paths.Where(p => !p.Contains("loop", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Grep_Modes_GiveLinesFilesAndCounts()
    {
        await Put("src/a.cs", "one\nTODO: two\nthree\nfour\nTODO: five\n");
        await Put("b.md", "todo later\n");
        await File.WriteAllBytesAsync(Path.Combine(_root, "c.bin"), "TODO\0"u8.ToArray());
        var tool = new GrepTool(_workspace);
        Assert.Equal(Path.Combine(_root, "src/a.cs") + "\n", (await Run(tool, """{"pattern":"TODO"}""")).Text);
        Assert.Equal("src/a.cs:2\n", (await Run(tool, """{"pattern":"TODO","output_mode":"count"}""")).Text);
        Assert.Equal("src/a.cs:2:TODO: two\nsrc/a.cs-3-three\nsrc/a.cs:5:TODO: five\n",
            (await Run(tool, """{"pattern":"TODO","output_mode":"content","-A":1,"glob":"*.cs"}""")).Text.Replace("src/a.cs-6-\n", "", StringComparison.Ordinal));
        Assert.Equal("b.md:1:todo later\n", (await Run(tool, """{"pattern":"todo","output_mode":"content","glob":"*.md"}""")).Text);
        Assert.Equal(2, (await Run(tool, """{"pattern":"todo","-i":true}""")).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal("src/a.cs:3:three\n", (await Run(tool, """{"pattern":"three.four","multiline":true,"output_mode":"content"}""")).Text);
        Assert.Contains("cut at 1", (await Run(tool, """{"pattern":".","head_limit":1}""")).Text, StringComparison.Ordinal);
        Assert.Contains("cannot be read", (await Run(tool, """{"pattern":"("}""")).Text, StringComparison.Ordinal);
        Assert.Equal("No matches found", (await Run(tool, """{"pattern":"nowhere"}""")).Text);
    }

    [Fact]
    public async Task Grep_RunawayPattern_IsStopped()
    {
        await Put("a", new string('a', 40) + "!");
        var watch = Stopwatch.StartNew();
        await Run(new GrepTool(_workspace), """{"pattern":"(?=a)(a+)+$"}""");
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Bash_GroupThatIsGone_IsForgottenAndOneAtWorkEndedWithTheAgent()
    {
        var tool = new BashTool(_workspace, TimeProvider.System);
        foreach (var command in new[] { "true", "exit 3", "(exit 0) & wait" })
        {
            await Run(tool, $$"""{"command":"{{command}}"}""");
            Assert.Empty(tool.Groups);
        }

        var sleep = $"sleep {Random.Shared.Next(1_000_000, 2_000_000)}";
        await Run(tool, $$"""{"command":"{{sleep}} > /dev/null 2>&1 &"}""");
        var group = Assert.Single(tool.Groups);
        await Run(tool, """{"command":"true"}""");
        Assert.Equal([group], tool.Groups);
        await tool.DisposeAsync();
        Assert.Empty(Processes.WithCommandLine(sleep));
    }

    [Fact]
    public async Task Bash_Output_IsBoundedInTheMiddleAndMerged()
    {
        await using var tool = new BashTool(_workspace, TimeProvider.System);
        var outcome = await Run(tool, """{"command":"seq 1 200000; echo end >&2"}""");
        Assert.StartsWith("1\n2\n", outcome.Text, StringComparison.Ordinal);
        Assert.Contains("characters left out", outcome.Text, StringComparison.Ordinal);
        Assert.True(outcome.Text.Length < BashTool.MaxOutput + 100);
        Assert.Equal("(no output)", (await Run(tool, """{"command":"cat"}""")).Text);
        Assert.True((await Run(tool, """{"command":"a\u0000b"}""")).IsError);
    }

    [Theory]
    [InlineData("http://127.0.0.1/")]
    [InlineData("http://localhost:8080/")]
    [InlineData("http://[::1]/")]
    [InlineData("http://[::ffff:10.0.0.1]/")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://192.168.1.1/")]
    [InlineData("http://100.64.0.1/")]
    [InlineData("http://0.0.0.0/")]
    [InlineData("http://2130706433/")]
    [InlineData("http://x.localhost/")]
    [InlineData("http://metadata.google.internal/")]
    [InlineData("ftp://example.org/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("nonsense")]
    public async Task WebFetch_WhatIsNotOnThePublicWeb_IsRefused(string url)
    {
        using var tool = new WebFetchTool(allowPrivate: false);
        var outcome = await Run(tool, $$"""{"url":"{{url}}"}""");
        Assert.True(outcome.IsError);
        Assert.Matches("private network|no http or https URL", outcome.Text);
    }

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("172.15.0.1", true)]
    [InlineData("172.16.0.1", false)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("224.0.0.1", false)]
    public void IsPublic_Address_IsTold(string address, bool expected) => Assert.Equal(expected, PublicAddress.IsPublic(IPAddress.Parse(address)));

    [Fact]
    public async Task WebFetch_PageBehindARedirect_GivesItsWords()
    {
        using var listener = new HttpListener();
        var port = FreePort();
        listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        listener.Start();
        var serving = Task.Run(async () =>
        {
            for (var request = 0; request < 2; request++)
            {
                var context = await listener.GetContextAsync();
                if (context.Request.Url!.AbsolutePath == "/from") context.Response.Redirect("/to");
                else
                {
                    context.Response.ContentType = "text/html";
                    await context.Response.OutputStream.WriteAsync("<html><head><title>t</title></head><h2>Head &amp; line</h2><script>x()</script><p>One<br>two<li>three</p>"u8.ToArray());
                }

                context.Response.Close();
            }
        });
        using var tool = new WebFetchTool(allowPrivate: true);
        var outcome = await Run(tool, $$"""{"url":"http://127.0.0.1:{{port}}/from"}""");
        await serving;
        Assert.Equal($"http://127.0.0.1:{port}/to\n\n## Head & line\n\nOne\ntwo\n- three", outcome.Text);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static Task<ToolOutcome> Run(ITool tool, string input) =>
        tool.RunAsync(JsonDocument.Parse(input).RootElement, TestContext.Current.CancellationToken);

    private static int FreePort()
    {
        using var socket = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }

    private async Task<string> Put(string path, string content)
    {
        var full = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        await File.WriteAllTextAsync(full, content);
        return full;
    }
}
