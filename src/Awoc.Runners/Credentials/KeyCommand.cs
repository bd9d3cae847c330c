using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Awoc.Runners.Credentials;

/// <summary>
/// A command of the user's that prints a key, such as a password store's. It may be slow or ask a person, so what it gave
/// is kept for a while, in memory.
/// </summary>
internal sealed partial class KeyCommand(TimeProvider time)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_kept = TimeSpan.FromSeconds(60);

    /// <summary>Short: whoever has unlocked the store tries again at once.</summary>
    private static readonly TimeSpan s_faultKept = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, (ConfiguredKey Key, DateTimeOffset Until)> _kept = new();
    private readonly Lock _gate = new();

    /// <param name="variables">The caller's environment: the command's whole environment, and a part of what is remembered by.</param>
    public ConfiguredKey Run(string command, IReadOnlyDictionary<string, string> variables)
    {
        var name = NameOf(command, variables);
        // One at a time: a store that asks a person is not to ask twice for two tasks.
        lock (_gate)
        {
            var now = time.GetUtcNow();
            foreach (var (old, (_, until)) in _kept)
            {
                if (until <= now) _kept.TryRemove(old, out _);
            }

            if (_kept.TryGetValue(name, out var kept)) return kept.Key;
            var key = Execute(command, variables);
            _kept[name] = (key, time.GetUtcNow() + (key.Fault is null ? s_kept : s_faultKept));
            return key;
        }
    }

    private ConfiguredKey Execute(string command, IReadOnlyDictionary<string, string> variables)
    {
        const string Source = AgentSettings.ApiKeyCommand;
        // The leader of a group of its own, so that a time-out ends all of it.
        var start = new ProcessStartInfo("setsid", ["/bin/sh", "-c", command])
        {
            // Never the task's directory: what lies in a checked-out repository has no say in this.
            WorkingDirectory = variables.GetValueOrDefault("HOME") is { } home && Directory.Exists(home) ? home : "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (var (name, value) in variables) start.Environment[name] = value;
        try
        {
            using var process = Process.Start(start)!;
            using var limit = new CancellationTokenSource(s_limit, time);
            process.StandardInput.Close();
            var output = ReadAsync(process.StandardOutput.BaseStream, limit.Token);
            var errors = process.StandardError.BaseStream.CopyToAsync(Stream.Null, limit.Token);
            try
            {
                Task.WaitAll([output, process.WaitForExitAsync(limit.Token)], limit.Token);
            }
            catch (Exception late) when (limit.IsCancellationRequested && late is OperationCanceledException or AggregateException)
            {
                _ = kill(-process.Id, KillSignal);
                return ConfiguredKey.Refused($"{Source} did not end within {s_limit.TotalSeconds:0} s and was ended");
            }

            // A child that it left behind may hold this one open for as long as it likes.
            limit.Cancel();
            errors.ContinueWith(static ended => _ = ended.Exception, TaskScheduler.Default);
            if (process.ExitCode != 0) return ConfiguredKey.Refused($"{Source} failed with exit code {process.ExitCode}: run it by hand to see why");
            return output.Result is { } text ? ConfiguredKey.Of(text, Source) : ConfiguredKey.Refused($"{Source} gave too much for a key");
        }
        catch (Exception fault) when (fault is Win32Exception or IOException or InvalidOperationException)
        {
            return ConfiguredKey.Refused($"{Source} could not be started");
        }
    }

    /// <returns>Null when there is more than a key.</returns>
    private static async Task<string?> ReadAsync(Stream from, CancellationToken cancellation)
    {
        var bytes = new byte[ConfiguredKey.MaxLength + 1];
        var length = await from.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
        if (length < bytes.Length) return Encoding.UTF8.GetString(bytes, 0, length);
        await from.CopyToAsync(Stream.Null, cancellation).ConfigureAwait(false);
        return null;
    }

    /// <summary>A digest, so that no secret of the environment is kept for the sake of the name.</summary>
    private static string NameOf(string command, IReadOnlyDictionary<string, string> variables)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        digest.AppendData(Encoding.UTF8.GetBytes($"{command}\0"));
        foreach (var (name, value) in variables.OrderBy(v => v.Key, StringComparer.Ordinal)) digest.AppendData(Encoding.UTF8.GetBytes($"{name}={value}\0"));
        return Convert.ToHexString(digest.GetHashAndReset());
    }

    private const int KillSignal = 9;

    [LibraryImport("libc")]
    private static partial int kill(int pid, int signal);
}
