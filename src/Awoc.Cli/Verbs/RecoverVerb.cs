using System.CommandLine;
using Awoc.Cli.CommandLine;
using Awoc.Cli.Terminal;
using Awoc.Cli.Views;
using Awoc.Client;
using Awoc.Client.Wire;

namespace Awoc.Cli.Verbs;

/// <summary><c>awoc recover</c>: the seed's three choices for a task that ended early.</summary>
internal static class RecoverVerb
{
    private const string Use = "use";
    private const string Resume = "resume";
    private const string Reduce = "reduce";

    private static readonly (string Choice, string Means)[] s_choices =
    [
        (Use, "take the partial result as it is"),
        (Resume, "go on from where it stopped"),
        (Reduce, "start again with a reduced scope: only what is missing"),
    ];

    public static VerbCommand Build(CliConsole console)
    {
        var id = Shared.Id();
        var choice = new Argument<string>("CHOICE") { Description = "use, resume or reduce; at a terminal it asks", Arity = ArgumentArity.ZeroOrOne };
        var overwrite = new Option<bool>("--overwrite") { Description = "With use: a file that stands at OUTPUT is replaced" };
        var wait = new Option<bool>("--wait") { Description = "With resume and reduce: wait for the end and exit with the task's exit code" };
        var json = Shared.Json();
        var command = new VerbCommand(
            "recover",
            "Decides what becomes of a task that ended early: 'use' brings its partial result to OUTPUT as it is, 'resume' goes on with the "
            + "agent's session, 'reduce' does only what is missing in a fresh one.")
        {
            Examples = ["awoc recover 9f86d0", "awoc recover 9f86d0 use", "awoc recover @last resume --wait", "awoc recover 9f86d0 reduce"],
        };
        command.Arguments.Add(id);
        command.Arguments.Add(choice);
        foreach (var option in (Option[])[overwrite, wait, json]) command.Options.Add(option);
        command.SetAction((parsed, token) => RecoverAsync(
            console, parsed.GetValue(id)!, parsed.GetValue(choice), parsed.GetValue(overwrite), parsed.GetValue(wait), parsed.GetValue(json), token));
        return command;
    }

    private static async Task<int> RecoverAsync(
        CliConsole console, string reference, string? choice, bool overwrite, bool wait, bool json, CancellationToken token)
    {
        if (choice is not (null or Use or Resume or Reduce)) throw NoChoice(reference, $"'{Printable.Line(choice)}' is no way to recover a task.");
        var client = console.Client();
        if (choice is null)
        {
            // The three are for a task that has ended; of another, its state says more.
            var found = await client.TaskAsync(reference, token);
            if (found.State != TaskWords.Ended)
                throw new UsageException($"task {TaskWords.Handle(found.Id)} {(found is { State: TaskWords.AwaitingInput, WaitsFor: { } what } ? $"waits for you: {what}" : $"has not ended: it is {found.State}")}");
            if (Console.IsInputRedirected || !CliConsole.ErrorIsTerminal) throw NoChoice(reference, "How is it to be recovered?");
            choice = await AskAsync(console, found, token);
        }

        var request = new RecoverRequest { Choice = choice, Overwrite = overwrite, Secrets = CallerEnvironment.Current().Secrets };
        var task = await client.RecoverAsync(reference, request, token);
        if (choice != Use) return await Reopened.ShowAsync(console, client, task, wait, json, token);
        if (json) JsonOut.Write(console, task, WireJson.Default.TaskView);
        else console.Out.WriteLine(task.ResultPath);
        if (task.Delivered is not true) console.Say($"{TaskWords.Handle(task.Id)} was launched without an OUTPUT: its partial result stays where it is");
        return ExitCodes.Succeeded;
    }

    private static UsageException NoChoice(string reference, string why) => new(
        string.Join('\n', [why, .. s_choices.Select(c => $"  awoc recover {Printable.Line(reference)} {c.Choice,-7} {c.Means}")]));

    private static async Task<string> AskAsync(CliConsole console, TaskView task, CancellationToken token)
    {
        var error = console.Error;
        await error.WriteLineAsync(Ending.Sentence(task).AsMemory(), token);
        var result = task.Result == TaskWords.NoResult ? "nothing" : $"{task.ResultPath} ({Size(task.ResultPath)})";
        await error.WriteLineAsync($"What there is: {result}; {Figures.Count(task.Usage.Output)} tokens used{(task.Budget.Tokens is { } most ? $" of {Figures.Count(most)}" : "")}".AsMemory(), token);
        for (var i = 0; i < s_choices.Length; i++) await error.WriteLineAsync($"  {i + 1}  {s_choices[i].Choice,-7} {s_choices[i].Means}".AsMemory(), token);
        using var input = new StreamReader(Console.OpenStandardInput());
        while (true)
        {
            await error.WriteAsync("Which? [1-3] ".AsMemory(), token);
            var answer = (await input.ReadLineAsync(token))?.Trim();
            if (answer is null) throw NoChoice(task.Id, "Nothing was chosen.");
            if (int.TryParse(answer, out var number) && number >= 1 && number <= s_choices.Length) return s_choices[number - 1].Choice;
            if (s_choices.FirstOrDefault(c => c.Choice == answer) is { Choice: { } chosen }) return chosen;
        }
    }

    private static string Size(string? path) =>
        path is not null && new FileInfo(path) is { Exists: true } file ? $"{Figures.Count(file.Length)} bytes" : "gone";
}
