using Awoc.Cli.Terminal;
using Awoc.Client;
using Awoc.Client.Wire;

namespace Awoc.Cli.Verbs;

/// <summary>What follows once a task goes on: its id on stdout, or its end where that is waited for.</summary>
internal static class Reopened
{
    public static async Task<int> ShowAsync(CliConsole console, AwocClient client, TaskView task, bool wait, bool json, CancellationToken token)
    {
        if (!json) console.Out.WriteLine(task.Id);
        await console.Out.FlushAsync(token);
        if (!wait || task.State == TaskWords.Ended)
        {
            if (json) JsonOut.Write(console, task, WireJson.Default.TaskView);
            return ExitCodes.Succeeded;
        }

        using var interrupt = new Interrupt();
        try
        {
            var progress = new Progress(console);
            var ended = await client.WaitAsync([task.Id], progress.Event, progress.Found, interrupt.Token).SingleAsync(interrupt.Token);
            if (json) JsonOut.Write(console, ended, WireJson.Default.TaskView);
            Ending.Say(console, ended);
            return Ending.ExitCode(ended);
        }
        catch (OperationCanceledException) when (interrupt.Happened)
        {
            if (json) JsonOut.Write(console, task, WireJson.Default.TaskView);
            return Ending.Detached(console, task.Id);
        }
    }
}
