using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Awoc.Documents.Integration;
using Awoc.Engine.Homes;

namespace Awoc.Engine.Integration;

/// <summary>Merges lines three-way, with <c>git merge-file</c>.</summary>
internal static class ThreeWay
{
    private const int TooManyConflicts = 127;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    /// <param name="ours">What stands there now.</param>
    /// <param name="origin">What both come from.</param>
    /// <param name="theirs">What it is to become.</param>
    public static async Task<Merged> MergeAsync(
        AwocPaths paths, byte[] ours, byte[] origin, byte[] theirs, TimeProvider time, CancellationToken cancellation)
    {
        Directory.CreateDirectory(paths.Run, OwnerOnly);
        var folder = Path.Combine(paths.Run, $"merge-{Guid.NewGuid():n}");
        Directory.CreateDirectory(folder, OwnerOnly);
        try
        {
            foreach (var (name, content) in ((string, byte[])[])[("target", ours), ("before", origin), ("result", theirs)])
                await File.WriteAllBytesAsync(Path.Combine(folder, name), content, cancellation);
            return await GitAsync(folder, time, cancellation);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<Merged> GitAsync(string folder, TimeProvider time, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("git", ["merge-file", "-p", "-L", "target", "-L", "before", "-L", "result", "target", "before", "result"])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in (string[])["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_CONFIG"]) start.Environment.Remove(name);

        // A user's merge.conflictStyle would change the shape in which conflicts are told; the repository around the home has no say.
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["GIT_CEILING_DIRECTORIES"] = Path.GetDirectoryName(folder);
        start.Environment["LC_ALL"] = "C";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_limit);
        Process git;
        try
        {
            git = Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            return new Merged.Failed("git is not on the daemon's PATH, and merges text and code; install git, or append instead");
        }

        using (git)
        {
            try
            {
                git.StandardInput.Close();
                using var content = new MemoryStream();
                var complaint = git.StandardError.ReadToEndAsync(limit.Token);
                await git.StandardOutput.BaseStream.CopyToAsync(content, limit.Token);
                await git.WaitForExitAsync(limit.Token);
                return git.ExitCode switch
                {
                    0 => new Merged.Clean(content.ToArray()),
                    <= TooManyConflicts => new Merged.Conflicted(ConflictsIn(Encoding.UTF8.GetString(content.ToArray()))),
                    _ => new Merged.Failed($"git merge-file could not merge them: {(await complaint).Trim()}"),
                };
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                return new Merged.Failed($"git merge-file had not ended after {s_limit.TotalSeconds} s");
            }
            finally
            {
                if (!git.HasExited) git.Kill();
            }
        }
    }

    /// <summary>
    /// The places between <c>&lt;&lt;&lt;&lt;&lt;&lt;&lt; target</c>, <c>=======</c> and <c>&gt;&gt;&gt;&gt;&gt;&gt;&gt; result</c>; their lines as they are in the target.
    /// </summary>
    private static List<IntegrationConflict> ConflictsIn(string text)
    {
        List<IntegrationConflict> found = [];
        List<string> ours = [], theirs = [];
        var side = Side.None;
        var line = 0;
        foreach (var raw in text.Split('\n'))
        {
            var one = raw.TrimEnd('\r');
            switch (side)
            {
                case Side.None when one == "<<<<<<< target":
                    side = Side.Ours;
                    break;
                case Side.Ours when one == "=======":
                    side = Side.Theirs;
                    break;
                case Side.Theirs when one == ">>>>>>> result":
                    found.Add(new IntegrationConflict(
                        $"line {line - ours.Count + 1}", line - ours.Count + 1, string.Join('\n', ours), string.Join('\n', theirs)));
                    (ours, theirs, side) = ([], [], Side.None);
                    break;
                case Side.Theirs:
                    theirs.Add(one);
                    break;
                default:
                    if (side == Side.Ours) ours.Add(one);
                    line++;
                    break;
            }
        }

        return found;
    }

    private enum Side
    {
        None,
        Ours,
        Theirs,
    }
}

internal abstract record Merged
{
    private Merged()
    {
    }

    public sealed record Clean(byte[] Content) : Merged;

    public sealed record Conflicted(IReadOnlyList<IntegrationConflict> Conflicts) : Merged;

    public sealed record Failed(string Why) : Merged;
}
