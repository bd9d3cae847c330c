using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace Awoc.Engine.Pool;

/// <summary>Branch, commit and status of a directory, and who git takes its user for: what agents tell their model of a repository.</summary>
internal static class GitState
{
    /// <summary>Longer than this, looking costs more than a warm start saves.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(1);

    /// <summary>Empty outside of a repository; null where it cannot be told in time.</summary>
    public static async Task<string?> ReadAsync(string cwd, IReadOnlyDictionary<string, string> variables, CancellationToken cancellation)
    {
        if (Repository(cwd) is not { } repository) return "";
        if (Find(variables.GetValueOrDefault("PATH")) is not { } git) return "no git";
        var start = new ProcessStartInfo(git)
        {
            ArgumentList = { "-c", "core.fsmonitor=false", "status", "--porcelain=v2", "--branch", "--untracked-files=normal" },
            WorkingDirectory = cwd,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (var (name, value) in variables)
            if (name is "PATH" or "HOME" or "XDG_CONFIG_HOME" || name.StartsWith("GIT_", StringComparison.Ordinal)) start.Environment[name] = value;

        // A look must not make an agent's own git command wait for a lock.
        start.Environment["GIT_OPTIONAL_LOCKS"] = "0";
        start.Environment["LC_ALL"] = "C";
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(s_limit);
        try
        {
            using var process = Process.Start(start);
            if (process is null) return null;
            try
            {
                process.StandardInput.Close();
                var trouble = process.StandardError.ReadToEndAsync(patience.Token);
                var status = await SHA256.HashDataAsync(process.StandardOutput.BaseStream, patience.Token);
                await trouble;
                await process.WaitForExitAsync(patience.Token);
                return $"{process.ExitCode} {Convert.ToHexStringLower(status)} {Identity(repository, variables)}";
            }
            catch (OperationCanceledException)
            {
                process.Kill();
                cancellation.ThrowIfCancellationRequested();
                return null;
            }
        }
        catch (Exception broken) when (broken is Win32Exception or IOException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string? Repository(string cwd)
    {
        for (var directory = cwd; directory is not null; directory = Path.GetDirectoryName(directory))
        {
            var candidate = Path.Combine(directory, ".git");
            if (Path.Exists(candidate)) return candidate;
        }

        return null;
    }

    /// <summary>The configuration that names the user, and the remote's main branch.</summary>
    private static string Identity(string repository, IReadOnlyDictionary<string, string> variables)
    {
        var home = variables.GetValueOrDefault("HOME");
        var config = variables.GetValueOrDefault("XDG_CONFIG_HOME") ?? (home is null ? null : Path.Combine(home, ".config"));
        string?[] files =
        [
            home is null ? null : Path.Combine(home, ".gitconfig"),
            config is null ? null : Path.Combine(config, "git", "config"),
            Path.Combine(repository, "config"),
            Path.Combine(repository, "refs", "remotes", "origin", "HEAD"),
        ];
        return string.Join(' ', files.Select(file => file is not null && File.Exists(file) ? Convert.ToHexStringLower(SHA256.HashData(Bytes(file))) : "-"));
    }

    private static byte[] Bytes(string file)
    {
        try
        {
            return File.ReadAllBytes(file);
        }
        catch (Exception closed) when (closed is IOException or UnauthorizedAccessException)
        {
            return Encoding.UTF8.GetBytes(closed.GetType().Name);
        }
    }

    private static string? Find(string? path) => path?
        .Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Where(Path.IsPathFullyQualified)
        .Select(directory => Path.Combine(directory, "git"))
        .FirstOrDefault(File.Exists);
}
