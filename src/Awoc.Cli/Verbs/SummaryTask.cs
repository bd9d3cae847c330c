using Awoc.Cli.CommandLine;
using Awoc.Cli.Terminal;
using Awoc.Client;
using Awoc.Client.Wire;

namespace Awoc.Cli.Verbs;

/// <summary>A small task of its own that summarizes another one's result, with that one's agent and model.</summary>
internal static class SummaryTask
{
    private const int DefaultWords = 300;

    /// <summary>Tokens: a summary is some hundred words, and an agent reads and thinks before it.</summary>
    private const string Budget = "3000";

    private const string Limit = "300";

    public static async Task<int> LaunchAsync(CliConsole console, string reference, string? maxWords, bool json, CancellationToken token)
    {
        var words = Numbers.Whole("--max-words", maxWords, from: 1) ?? DefaultWords;
        var client = console.Client();
        var task = await client.TaskAsync(reference, token);
        var handle = TaskWords.Handle(task.Id);
        if (task.State != TaskWords.Ended) throw new UsageException($"{handle} is {task.State.Replace('_', ' ')}: wait for it with: awoc wait {handle}");
        if (task is not { Result: not TaskWords.NoResult, ResultPath: { } path }) throw new UsageException($"{handle} left no result: there is nothing to summarize.");
        var usesModel = task.Budget.Tokens is not null;
        var environment = CallerEnvironment.Current();
        var request = new LaunchRequest
        {
            Task = $"custom:Summarize the document {path} in at most {words} words for a reader who has not seen it: what was asked, what was found, what is recommended. "
                + "Say nothing that is not in it, and name no file but those it names. Answer with the summary alone, in Markdown.",
            Agent = usesModel ? task.Agent : null,
            Model = usesModel ? task.Rehearsal is true ? "rehearsal" : task.Model : null,
            Tokens = Budget,
            Timeout = Limit,
            Cwd = task.Cwd,
            Context = [path],
            Name = $"summary-{handle}",
            Group = task.Group,
            ParentSession = Shared.Session,
            Environment = environment.Plain,
            Secrets = environment.Secrets,
        };
        var reply = await client.LaunchAsync(request, token);
        foreach (var notice in reply.Notices) console.Say(notice);
        if (json) JsonOut.Write(console, reply.Task, WireJson.Default.TaskView);
        else console.Out.WriteLine(reply.Task.Id);
        var id = TaskWords.Handle(reply.Task.Id);
        console.Say($"{id} summarizes {handle}. When it has ended (awoc wait {id}), bring it in with: awoc integrate {id} append --into FILE");
        return ExitCodes.Succeeded;
    }
}
