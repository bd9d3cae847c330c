using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Awoc.AgentHost.Tools;

/// <summary>
/// Runs a command as the leader of a process group of its own, so that a time-out or an interrupt ends all of it. Groups
/// that still have processes when the agent ends (servers left in the background) are ended then.
/// </summary>
internal sealed class BashTool(Workspace workspace, TimeProvider time) : ITool, IAsyncDisposable
{
    /// <summary>Where no timeout is given, in milliseconds.</summary>
    public const int DefaultTimeoutMs = 120_000;

    public const int MaxTimeoutMs = 600_000;

    /// <summary>Characters of output given back; of more, the middle is left out.</summary>
    public const int MaxOutput = 30_000;

    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(1);

    /// <summary>The model's credential is the agent's: a command has no business with it.</summary>
    private static readonly string[] s_withheld = ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL"];

    private readonly List<int> _groups = [];

    /// <summary>Groups that had processes when a command last ended.</summary>
    internal IReadOnlyList<int> Groups
    {
        get
        {
            lock (_groups) return [.. _groups];
        }
    }

    public string Name => "Bash";

    public string Description =>
        "Runs a shell command in the working directory and gives its output and exit code. Every call starts anew in the working directory. "
        + $"It is ended after 'timeout' milliseconds (default {DefaultTimeoutMs}, at most {MaxTimeoutMs}); output over {MaxOutput} characters loses its middle.";

    public string Schema => """
        {"type":"object","properties":{
        "command":{"type":"string","description":"The command"},
        "description":{"type":"string","description":"What it does, in five words"},
        "timeout":{"type":"integer","description":"In milliseconds"}},
        "required":["command"],"additionalProperties":false}
        """;

    public Task<ToolOutcome> RunAsync(JsonElement input, CancellationToken cancellation) => Workspace.GuardAsync(async () =>
    {
        var command = input.Required("command");
        if (command.Contains('\0', StringComparison.Ordinal)) throw new ToolFault("the command contains a NUL character");
        var timeout = TimeSpan.FromMilliseconds(Math.Clamp(input.Whole("timeout") ?? DefaultTimeoutMs, 1, MaxTimeoutMs));
        using var process = Start(command);
        process.StandardInput.Close();
        lock (_groups) _groups.Add(process.Id);

        var output = new BoundedOutput(MaxOutput);
        var reading = Task.WhenAll(output.DrainAsync(process.StandardOutput), output.DrainAsync(process.StandardError));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var timer = time.CreateTimer(state => ((CancellationTokenSource)state!).Cancel(), limit, timeout, Timeout.InfiniteTimeSpan);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            await EndGroupAsync(process.Id);
            await SettleAsync(reading);
            DropGone();
            cancellation.ThrowIfCancellationRequested();
            return ToolOutcome.Error($"{output}\nCommand timed out after {timeout.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)} s and was ended");
        }

        // What it left in the background may hold the pipes open.
        await SettleAsync(reading);
        DropGone();
        var text = output.ToString();
        return process.ExitCode == 0
            ? new ToolOutcome(text.Length == 0 ? "(no output)" : text)
            : ToolOutcome.Error($"Exit code {process.ExitCode}\n{text}");
    });

    public async ValueTask DisposeAsync()
    {
        DropGone();
        await Task.WhenAll(Groups.Select(EndGroupAsync));
    }

    /// <summary>The number of a group that is gone may be somebody else's soon: it must not be signaled at the end.</summary>
    private void DropGone()
    {
        lock (_groups) _groups.RemoveAll(group => !Native.SignalGroup(group, 0));
    }

    private Process Start(string command)
    {
        var start = new ProcessStartInfo("setsid")
        {
            WorkingDirectory = workspace.Root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(File.Exists("/bin/bash") ? "/bin/bash" : "/bin/sh");
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(command);
        foreach (var name in s_withheld) start.Environment.Remove(name);
        try
        {
            return Process.Start(start) ?? throw new ToolFault("the command could not be started");
        }
        catch (Win32Exception fault)
        {
            throw new ToolFault($"the command could not be started: {fault.Message}");
        }
    }

    private async Task EndGroupAsync(int group)
    {
        if (!Native.SignalGroup(group, Native.Term)) return;
        for (var waited = TimeSpan.Zero; waited < s_grace; waited += TimeSpan.FromMilliseconds(20))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), time);
            if (!Native.SignalGroup(group, 0)) return;
        }

        Native.SignalGroup(group, Native.Kill);
    }

    private async Task SettleAsync(Task reading)
    {
        try
        {
            await reading.WaitAsync(s_grace, time);
        }
        catch (TimeoutException)
        {
            // What came up to now counts.
        }
    }
}
