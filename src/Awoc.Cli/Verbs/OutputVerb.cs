using System.CommandLine;
using Awoc.Cli.CommandLine;
using Awoc.Cli.Terminal;
using Awoc.Client;
using Awoc.Client.Wire;

namespace Awoc.Cli.Verbs;

/// <summary><c>awoc output</c>: what a task produced, byte for byte.</summary>
internal static class OutputVerb
{
    public static VerbCommand Build(CliConsole console)
    {
        var id = Shared.Id();
        var path = new Option<bool>("--path") { Description = "Print where the result lies instead" };
        var section = new Option<string>("--section") { HelpName = "NAME", Description = "One section of it, by its heading" };
        var maxTokens = new Option<string>("--max-tokens") { HelpName = "N", Description = "Cut at headings to about so many tokens; what is left out is said on stderr" };
        var json = Shared.Json();
        var command = new VerbCommand("output", "Prints what a task produced, as it is.")
        {
            Examples = ["awoc output @last", "awoc output @last --section \"Executive Summary\"", "awoc output @last --max-tokens 2000", "awoc output 9f86d0 > report.md", "less \"$(awoc output @last --path)\""],
        };
        command.Arguments.Add(id);
        command.Options.Add(path);
        foreach (var option in (Option[])[section, maxTokens, json]) command.Options.Add(option);
        command.SetAction((parsed, token) =>
        {
            var part = new OutputPart(parsed.GetValue(section), parsed.GetValue(maxTokens));
            if (part.IsAsked && (parsed.GetValue(path) || parsed.GetValue(json))) throw new UsageException("--section and --max-tokens print text: leave out --path and --json.");
            return PrintAsync(console, parsed.GetValue(id)!, part, parsed.GetValue(path), parsed.GetValue(json), token);
        });
        return command;
    }

    private static async Task<int> PrintAsync(CliConsole console, string reference, OutputPart part, bool pathOnly, bool json, CancellationToken token)
    {
        var client = console.Client();
        var task = await client.TaskAsync(reference, token);
        var handle = TaskWords.Handle(task.Id);
        if (task.Result == TaskWords.NoResult)
        {
            console.Say(NoResult(task, handle));
            return ExitCodes.Failed;
        }

        var place = task.Delivered is true ? task.Output : task.ResultPath;
        if (json)
        {
            JsonOut.Write(
                console, new OutputJson(task.Id, task.State, task.Outcome, task.Result, place, PartialAccount(task), task.Rehearsal), CliJson.Default.OutputJson);
        }
        else if (pathOnly)
        {
            console.Out.WriteLine(place
                ?? throw AwocException.Unavailable($"The daemon does not say where the result of {handle} lies. Print it with: awoc output {handle}"));
        }
        else
        {
            using var output = await client.OutputAsync(task.Id, part.Section, part.MaxTokens, token);
            await LogCopy.CopyAsync(output.Content, console.Bytes, token);
            await console.Bytes.FlushAsync(token);
            if (output.LeftOut is { } left) console.Say(left);

            // A part is not the whole, and a path is not yet a look: those leave the task in the inbox.
            if (!part.IsAsked || (part.Section is null && output.LeftOut is null)) await AcknowledgeAsync(client, task, token);
        }

        if (task.Result == TaskWords.Partial)
        {
            console.Say(task.State == TaskWords.Ended
                ? $"this is a partial result: {handle} ended as {task.Outcome}{(task.Reason is { } reason ? $" ({reason})" : "")}; what was done and left: {PartialText(task)}; the ways on: awoc recover {handle}"
                : $"this is what {handle} has so far: it still works. Wait for the rest with: awoc wait {handle}");
        }

        return ExitCodes.Succeeded;
    }

    /// <summary>It was printed whole. Should the daemon not hear of it, the task stays in the inbox, which harms nobody.</summary>
    private static async Task AcknowledgeAsync(AwocClient client, TaskView task, CancellationToken token)
    {
        if (task.State != TaskWords.Ended || task.ReadAt is not null) return;
        try
        {
            await client.AcknowledgeAsync(task.Id, token);
        }
        catch (Exception e) when (e is AwocException or HttpRequestException or IOException)
        {
        }
    }

    /// <summary>The seed's name, in the task's own directory.</summary>
    private static string PartialText(TaskView task) => Path.Combine(task.Directory, "partial-results.txt");

    private static string? PartialAccount(TaskView task) =>
        task is { State: TaskWords.Ended, Result: TaskWords.Partial } ? Path.Combine(task.Directory, "partial-results.json") : null;

    private static string NoResult(TaskView task, string handle) => task.State == TaskWords.Ended
        ? $"{handle} ended as {task.Outcome} and left no result{(task.Detail is { } detail ? $": {detail}" : ".")} How far it got: {PartialText(task)}. Its log: awoc logs {handle}"
        : $"{handle} is {task.State.Replace('_', ' ')} and has no result yet. Wait for it: awoc wait {handle}. Watch it: awoc logs -f {handle}";
}

/// <summary>What of a result is to be printed.</summary>
internal sealed record OutputPart(string? Section, string? MaxTokens)
{
    public bool IsAsked => Section is not null || MaxTokens is not null;
}
