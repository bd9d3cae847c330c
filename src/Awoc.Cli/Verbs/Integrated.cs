using Awoc.Cli.Terminal;
using Awoc.Client;
using Awoc.Client.Wire;

namespace Awoc.Cli.Verbs;

/// <summary>Waits until a task that was launched with <c>--integrate</c> is integrated too, or could not be.</summary>
internal static class Integrated
{
    /// <summary>An integration takes moments. A daemon that stops meanwhile does it at its next start: nobody waits for that.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    public static async Task<TaskView> WaitAsync(CliConsole console, AwocClient client, TaskView task, CancellationToken token)
    {
        if (task is not { Integrate: { } mode, Outcome: TaskWords.Succeeded } || (task.Delivered is true && task.IntegrateInto is null)) return task;
        var target = task.IntegrateInto ?? task.Output;
        using var patience = new CancellationTokenSource(s_patience, console.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, token);
        try
        {
            await foreach (var e in client.EventsAsync(after: 0, task.Id, either.Token))
            {
                switch (e.Kind)
                {
                    case "integrated" or "acknowledged":
                        console.Say($"integrated ({mode}) into {target}");
                        return await client.TaskAsync(task.Id, token);
                    case "integration_failed":
                        var failed = await client.TaskAsync(task.Id, token);
                        console.Say($"{TaskWords.Handle(task.Id)}: {failed.Detail}");
                        return failed;
                }
            }
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !token.IsCancellationRequested)
        {
            console.Say($"it is not integrated yet; 'awoc status {TaskWords.Handle(task.Id)}' shows it");
        }

        return task;
    }
}
