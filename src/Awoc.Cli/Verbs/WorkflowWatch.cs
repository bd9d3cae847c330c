using Awoc.Cli.Terminal;
using Awoc.Cli.Views;
using Awoc.Client;
using Awoc.Client.Wire;

namespace Awoc.Cli.Verbs;

/// <summary>Follows a run to its end: a table that is kept up to date on a terminal, a line for each step that ends elsewhere.</summary>
internal sealed class WorkflowWatch(CliConsole console, AwocClient client, WorkflowRunView run, bool follow, bool quiet)
{
    private readonly Dictionary<string, string> _keys = run.Steps.Where(s => s.Task is not null).ToDictionary(s => s.Task!.Id, s => s.Key);
    private readonly Dictionary<string, TaskView> _tasks = run.Steps.Where(s => s.Task is not null).ToDictionary(s => s.Key, s => s.Task!);
    private readonly LiveLines? _live = CliConsole.ErrorIsTerminal && !follow && !quiet && run.Steps.Count <= LiveLines.Most ? new LiveLines(console.Error) : null;

    /// <summary>The run with its steps' last states.</summary>
    public async Task<WorkflowRunView> RunAsync(CancellationToken token)
    {
        string[] open = [.. run.Steps.Where(s => s.Action != "reuse" && s.Task is not null).Select(s => s.Task!.Id)];
        using var logs = CancellationTokenSource.CreateLinkedTokenSource(token);
        var copies = follow ? Task.WhenAll(open.Select(id => CopyLogAsync(id, logs.Token))) : Task.CompletedTask;
        Draw();
        await foreach (var ended in client.WaitAsync(open, e => Note(e), task => Set(task), token))
        {
            var task = await Integrated.WaitAsync(console, client, ended, token);
            Set(task);
            if (_live is null) console.Say($"{_keys[task.Id]}: {Ending.Sentence(task)}");
        }

        await copies;
        return run with { Steps = [.. run.Steps.Select(s => s with { Task = _tasks.GetValueOrDefault(s.Key) })] };
    }

    private void Set(TaskView task)
    {
        _tasks[_keys[task.Id]] = task;
        Draw();
    }

    /// <summary>Between what the daemon tells of a task whole, its state by its events.</summary>
    private void Note(EventView e)
    {
        if (!_keys.TryGetValue(e.Task, out var key)) return;
        var state = e.Kind switch
        {
            "queued" => TaskWords.Queued,
            "scheduled" => TaskWords.Scheduled,
            "attempt_started" or "input_given" => TaskWords.Running,
            "input_requested" => TaskWords.AwaitingInput,
            _ => null,
        };
        if (state is null || _tasks[key].State == TaskWords.Ended) return;
        _tasks[key] = _tasks[key] with { State = state };
        Draw();
    }

    private void Draw() => _live?.Draw(WorkflowText.StepLines(run with { Steps = [.. run.Steps.Select(s => s with { Task = _tasks.GetValueOrDefault(s.Key) })] }));

    /// <summary>The log of one step, each line behind its key: several grow at once.</summary>
    private async Task CopyLogAsync(string id, CancellationToken token)
    {
        try
        {
            await using var log = await client.LogAsync(id, TaskLog.Execution, follow: true, token: token);
            using var lines = new StreamReader(log);
            while (await lines.ReadLineAsync(token) is { } line)
            {
                lock (_keys)
                {
                    (quiet ? console.Error : console.Out).WriteLine($"{_keys[id]} | {line}");
                    if (!quiet) console.Out.Flush();
                }
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException and not BrokenPipeException)
        {
            // The daemon broke off. The steps go on, and their ends are told all the same.
            console.Say($"the log of {_keys[id]} broke off; go on with: awoc logs -f {TaskWords.Handle(id)}");
        }
    }
}
