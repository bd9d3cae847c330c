using System.Diagnostics;
using System.Runtime.InteropServices;
using Awoc.Client.Native;

namespace Awoc.Client.Daemon;

/// <summary>
/// Starts the daemon of a home. The daemon answers by its pipes: the line <c>ready</c> on stdout and then the end of both
/// when it serves; or one line on stderr and an exit code when it cannot.
/// </summary>
/// <param name="time">The clock that the time limit runs by.</param>
public sealed class DaemonLauncher(TimeProvider? time = null)
{
    /// <summary>The variable that names another daemon program.</summary>
    public const string Variable = "AWOC_DAEMON";

    /// <summary>The daemon's exit code when another one serves this home already.</summary>
    public const int AlreadyRunning = 3;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>The daemon program: the one <c>AWOC_DAEMON</c> names, else the one beside this program.</summary>
    public static string Program =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? named : Path.Combine(AppContext.BaseDirectory, "awocd");

    /// <summary>Starts a daemon and returns once it serves.</summary>
    /// <returns>False when another one serves this home already.</returns>
    /// <exception cref="AwocException">It cannot be started; the message has what it said.</exception>
    public async Task<bool> StartAsync(AwocHome home, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(home);
        home.Prepare();
        var program = Program;
        using var daemon = Start(program, home);
        using var limit = new CancellationTokenSource(s_limit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, token);
        try
        {
            daemon.StandardInput.Close();
            var errors = daemon.StandardError.ReadToEndAsync(either.Token);
            var ready = await daemon.StandardOutput.ReadLineAsync(either.Token).ConfigureAwait(false);
            if (ready == "ready") return true;

            var said = (await errors.ConfigureAwait(false)).Trim();
            await daemon.WaitForExitAsync(either.Token).ConfigureAwait(false);
            if (daemon.ExitCode == AlreadyRunning) return false;
            throw AwocException.Unavailable(
                $"The daemon {program} ended with exit code {daemon.ExitCode} instead of serving. `awoc doctor` looks for the cause.",
                said.Length == 0 ? null : said);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !token.IsCancellationRequested)
        {
            throw AwocException.Unavailable(
                $"The daemon {program} (process {daemon.Id}) was not ready within {s_limit.TotalSeconds} s. `awoc daemon logs` has what it was doing.");
        }
    }

    /// <summary>What to do about a daemon program that cannot be executed.</summary>
    public static string WayOut(string program) => File.Exists(program)
        ? $"Make it executable: chmod +x {program}"
        : $"Install awocd beside awoc, or set {Variable} to where it is.";

    private static Process Start(string program, AwocHome home)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = home.Path,
        };
        foreach (var argument in (string[])["--home", home.Path, "--detach"]) start.ArgumentList.Add(argument);
        // It serves many callers: what belongs to one comes with that one's launches.
        foreach (var secret in CallerEnvironment.Current().Secrets.Keys) start.Environment.Remove(secret);

        // It lives on: a lock or a pipe of the caller's shell must not live on with it.
        Libc.KeepDescriptorsFromChildren();
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            var why = Marshal.GetPInvokeErrorMessage(e.NativeErrorCode);
            throw AwocException.Unavailable($"The daemon {program} cannot be started ({why}). {WayOut(program)}", null, e);
        }
    }
}
