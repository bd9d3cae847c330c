using System.Text.Json;
using Awoc.Cli.Terminal;
using Awoc.Cli.Views;
using Awoc.Client;
using Awoc.Client.Wire;

namespace Awoc.Cli.Verbs;

/// <summary>
/// What happens to tasks while they are waited for, one line each: every milestone for a person at a terminal; elsewhere only
/// what would else look as if nothing happened, a task that waits for a person or for a time to come.
/// </summary>
internal sealed class Progress(CliConsole console)
{
    /// <summary>Shorter waits are over before they are read.</summary>
    private static readonly TimeSpan s_worthTelling = TimeSpan.FromSeconds(10);

    private readonly HashSet<(string Task, string Why)> _told = [];

    /// <summary>A task as it stands when the wait begins, or is taken up again.</summary>
    public void Found(TaskView task) => Tell(task.Id, task.State, task.WaitsFor, task.DueAt);

    public void Event(EventView e)
    {
        if (CliConsole.ErrorIsTerminal) console.Error.WriteLine($"{e.At.ToLocalTime():HH:mm:ss}  {TaskWords.Handle(e.Task)}  {e.Kind.Replace('_', ' ')}");
        if (e.Kind == "input_requested") Tell(e.Task, TaskWords.AwaitingInput, Text(e.Data, "question"), null);
        if (e.Kind == "scheduled") Tell(e.Task, TaskWords.Scheduled, Text(e.Data, "waitsFor"), Text(e.Data, "dueAt") is { } due ? DateTimeOffset.Parse(due, System.Globalization.CultureInfo.InvariantCulture) : null);
    }

    private void Tell(string id, string state, string? why, DateTimeOffset? due)
    {
        if (why is null || state is not (TaskWords.AwaitingInput or TaskWords.Scheduled)) return;
        var left = due - console.Time.GetUtcNow();
        if (state == TaskWords.Scheduled && left < s_worthTelling) return;
        if (!_told.Add((id, why + due))) return;
        var until = left is { } wait ? $", for {Figures.Duration((long)wait.TotalMilliseconds)}" : "";
        console.Say(state == TaskWords.AwaitingInput ? $"{TaskWords.Handle(id)} waits for you: {why}" : $"{TaskWords.Handle(id)} waits for {why}{until}");
    }

    private static string? Text(JsonElement data, string name) =>
        data.ValueKind == JsonValueKind.Object && data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
