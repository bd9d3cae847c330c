using System.Diagnostics;
using System.Text;

namespace Awoc.Engine.Endings;

/// <summary>
/// What became of the files that an agent wrote: diffs where its directory is in a git repository, lengths everywhere. Bounded
/// in size and time, and never a reason to fail: without git there are no diffs.
/// </summary>
public static class FileChanges
{
    /// <summary>Characters of all diffs together.</summary>
    private const int MostDiff = 64 * 1024;

    private const int MostFiles = 100;

    /// <summary>Longest time that git is given in all.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5);

    /// <summary>No locks, no pager, no question; nothing of the daemon's own that would point git elsewhere.</summary>
    private static readonly (string Name, string? Value)[] s_environment =
    [
        ("GIT_OPTIONAL_LOCKS", "0"), ("GIT_TERMINAL_PROMPT", "0"), ("GIT_PAGER", "cat"), ("GIT_EXTERNAL_DIFF", null),
        ("GIT_DIR", null), ("GIT_WORK_TREE", null), ("GIT_INDEX_FILE", null), ("LC_ALL", "C"),
    ];

    private static readonly string[] s_options =
        ["--no-pager", "--literal-pathspecs", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false"];

    /// <param name="cwd">The directory the agent worked in.</param>
    /// <param name="paths">Files its tools wrote.</param>
    public static async Task<IReadOnlyList<WrittenFile>> OfAsync(string cwd, IReadOnlyList<string> paths, TimeProvider time)
    {
        if (paths.Count == 0) return [];
        var known = paths.Take(MostFiles).Select(path => Path.GetFullPath(path, cwd)).ToList();
        using var limit = new CancellationTokenSource(s_limit, time);
        var files = new List<WrittenFile>();
        var left = MostDiff;
        var root = (await GitAsync(cwd, ["rev-parse", "--show-toplevel"], 4096, limit.Token))?.TrimEnd('\n');
        foreach (var path in known)
        {
            var file = await ChangeAsync(root, path, left, limit.Token);
            left -= file.Diff?.Length ?? 0;
            files.Add(file);
        }

        return files;
    }

    private static async Task<WrittenFile> ChangeAsync(string? root, string path, int room, CancellationToken limit)
    {
        long? bytes = new FileInfo(path) is { Exists: true } file ? file.Length : null;
        if (root is null || !path.StartsWith(root + "/", StringComparison.Ordinal)) return new WrittenFile(path, bytes is null ? "gone" : "written", bytes, null);
        if (await GitAsync(root, ["ls-files", "--", path], 4096, limit) is not { } tracked) return new WrittenFile(path, bytes is null ? "gone" : "written", bytes, null);
        if (tracked.Length == 0) return new WrittenFile(path, bytes is null ? "gone" : "new", bytes, null);
        var diff = room <= 0 ? null : await GitAsync(root, ["diff", "--no-color", "--no-ext-diff", "--no-textconv", "HEAD", "--", path], room, limit);
        var change = bytes is null ? "gone" : diff is { Length: 0 } ? "unchanged" : "modified";
        return new WrittenFile(path, change, bytes, string.IsNullOrEmpty(diff) ? null : diff);
    }

    /// <summary>Its standard output up to a bound; null when it is not there, failed or took too long.</summary>
    private static async Task<string?> GitAsync(string directory, string[] arguments, int most, CancellationToken limit)
    {
        var start = new ProcessStartInfo("git")
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        foreach (var argument in (string[])[.. s_options, .. arguments]) start.ArgumentList.Add(argument);
        foreach (var (name, value) in s_environment) start.Environment[name] = value;
        try
        {
            limit.ThrowIfCancellationRequested();
            using var git = Process.Start(start)!;
            try
            {
                git.StandardInput.Close();
                var complaints = git.StandardError.ReadToEndAsync(limit);
                var (text, cut) = await ReadAsync(git.StandardOutput, most, limit);
                // What is cut is not waited for: git would stand before a full pipe.
                if (cut) return text + "\n[the rest of the diff is left out]\n";
                await git.WaitForExitAsync(limit);
                _ = await complaints;
                return git.ExitCode == 0 ? text : null;
            }
            finally
            {
                if (!git.HasExited) git.Kill();
            }
        }
        catch (Exception broken) when (broken is System.ComponentModel.Win32Exception or IOException or InvalidOperationException or OperationCanceledException)
        {
            return null;
        }
    }

    private static async Task<(string Text, bool Cut)> ReadAsync(StreamReader from, int most, CancellationToken limit)
    {
        var text = new StringBuilder();
        var chunk = new char[4096];
        while (text.Length < most)
        {
            var read = await from.ReadAsync(chunk.AsMemory(0, Math.Min(chunk.Length, most - text.Length)), limit);
            if (read == 0) return (text.ToString(), false);
            text.Append(chunk, 0, read);
        }

        return (text.ToString(), true);
    }
}
