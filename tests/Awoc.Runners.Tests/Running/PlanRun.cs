using System.Diagnostics;
using System.Text;
using Awoc.Core.Agents;

namespace Awoc.Runners.Tests.Running;

/// <summary>Executes a launch plan as the shim would: its argv, its environment over the caller's, its standard input.</summary>
internal sealed class PlanRun : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly LaunchPlan _plan;
    private readonly Process _process;
    private readonly IAgentStream _stream;
    private readonly List<AgentEvent> _events = [];
    private readonly StringBuilder _stderr = new();
    private readonly Task _reading;
    private readonly Task _readingErrors;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Standard input stays open after an end event, until <see cref="CloseInput"/>.</summary>
    private readonly bool _converse;

    private PlanRun(LaunchPlan plan, Process process, IAgentStream stream, bool converse)
    {
        (_plan, _process, _stream, _converse) = (plan, process, stream, converse);
        _reading = ReadAsync();
        _readingErrors = ReadErrorsAsync();
    }

    public int Pid => _process.Id;

    public IReadOnlyList<AgentEvent> Events
    {
        get
        {
            lock (_events) return [.. _events];
        }
    }

    public static async Task<PlanRun> StartAsync(
        IRunner runner, LaunchPlan plan, string cwd, IReadOnlyDictionary<string, string> caller, int relayPort, bool converse = false)
    {
        var start = new ProcessStartInfo(Ported(plan.Argv[0], relayPort))
        {
            WorkingDirectory = cwd,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = new UTF8Encoding(false),
        };
        foreach (var argument in plan.Argv.Skip(1)) start.ArgumentList.Add(Ported(argument, relayPort));
        start.Environment.Clear();
        foreach (var (name, value) in caller)
        {
            if (!plan.WithheldSecrets.Contains(name)) start.Environment[name] = value;
        }

        foreach (var (name, value) in plan.Environment)
        {
            if (value is null) start.Environment.Remove(name);
            else start.Environment[name] = Ported(value, relayPort);
        }

        foreach (var (name, value) in plan.SecretEnvironment) start.Environment[name] = Ported(value, relayPort);
        var process = Process.Start(start)!;
        var run = new PlanRun(plan, process, runner.OpenStream(), converse);
        try
        {
            await process.StandardInput.WriteAsync(plan.StdinFirst);
            await process.StandardInput.FlushAsync();
            if (!plan.KeepStdin) process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The agent left before it had read: its exit code says why.
        }

        return run;
    }

    /// <summary>Sends the plan's line for an interrupt.</summary>
    public Task InterruptAsync() => SayAsync(_plan.InterruptLine!);

    public async Task SayAsync(params IEnumerable<string> lines)
    {
        foreach (var line in lines) await _process.StandardInput.WriteAsync(line + "\n");
        await _process.StandardInput.FlushAsync();
    }

    public void CloseInput() => _process.StandardInput.Close();

    public void KillNine() => _process.Kill();

    /// <summary>The end of the turn with that number, counted from 1.</summary>
    public async Task<AgentEvent.End> EndOfTurnAsync(int number)
    {
        AgentEvent.End? NthEnd() => Events.OfType<AgentEvent.End>().ElementAtOrDefault(number - 1);
        await WaitForAsync(e => e is AgentEvent.End && NthEnd() is not null);
        return NthEnd()!;
    }

    public async Task<AgentEvent> WaitForAsync(Func<AgentEvent, bool> wanted)
    {
        using var patience = new CancellationTokenSource(s_patience);
        while (true)
        {
            Task changed;
            lock (_events)
            {
                if (_events.FirstOrDefault(wanted) is { } found) return found;
                changed = _changed.Task;
            }

            try
            {
                if (await Task.WhenAny(changed, _reading).WaitAsync(patience.Token) == _reading && !Events.Any(wanted))
                    throw new InvalidOperationException($"the agent ended before the event; events: {string.Join("\n", Events)}\nstderr: {_stderr}");
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"the event did not come; events: {string.Join("\n", Events)}\nstderr: {_stderr}");
            }
        }
    }

    /// <summary>Waits for the end and gathers what the engine would judge by.</summary>
    public async Task<AttemptEvidence> EndAsync()
    {
        using var patience = new CancellationTokenSource(s_patience);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
            await _reading.WaitAsync(patience.Token);
            await _readingErrors.WaitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"the agent did not end; events: {string.Join("\n", Events)}\nstderr: {_stderr}");
        }

        var events = Events;
        var lastResult = events.ToList().FindLastIndex(e => e is AgentEvent.ToolResult { SubAgent: false });
        var code = _process.ExitCode;
        return new AttemptEvidence
        {
            // .NET tells a signal as 128 and its number, as a shell does.
            ExitCode = code is 137 or 139 or 134 ? null : code,
            Signal = code is 137 or 139 or 134 ? code - 128 : null,
            End = events.OfType<AgentEvent.End>().LastOrDefault(),
            ErrorClass = events.OfType<AgentEvent.ApiError>().LastOrDefault()?.Class,
            FinalText = string.Concat(events.Skip(lastResult + 1).OfType<AgentEvent.Text>().Where(t => !t.SubAgent).Select(t => t.Value)),
            StderrTail = _stderr.ToString(),
        };
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static string Ported(string text, int port) =>
        text.Replace("{relayPort}", port.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            var events = _stream.Read(Encoding.UTF8.GetBytes(line)).ToList();
            lock (_events)
            {
                _events.AddRange(events);
                _changed.TrySetResult();
                _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            if (_plan.KeepStdin && !_converse && events.Any(e => e is AgentEvent.End)) _process.StandardInput.Close();
        }
    }

    private async Task ReadErrorsAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line) _stderr.AppendLine(line);
    }
}
