using System.CommandLine;
using Awoc.Cli.CommandLine;
using Awoc.Cli.Terminal;
using Awoc.Client;
using Awoc.Client.Wire;

namespace Awoc.Cli.Verbs;

/// <summary><c>awoc answer</c>.</summary>
internal static class AnswerVerb
{
    public static VerbCommand Build(CliConsole console)
    {
        var id = Shared.Id();
        var answer = new Argument<string[]>("ANSWER") { Description = "allow, deny, stop, or words for the agent", Arity = ArgumentArity.OneOrMore };
        var json = Shared.Json();
        var command = new VerbCommand(
            "answer",
            "Answers a task that waits for you. 'allow' and 'deny' are for a tool call that an agent asks leave for (--permissions ask); any other words deny it and "
            + "tell the agent what to do instead. 'stop' ends a task that waits for more of its budget (--on-budget ask) with what it has.")
        {
            Examples = ["awoc answer 9f86d0 allow", "awoc answer 9f86d0 'use the staging database instead'", "awoc answer @last stop"],
        };
        command.Arguments.Add(id);
        command.Arguments.Add(answer);
        command.Options.Add(json);
        command.SetAction(async (parsed, token) =>
        {
            var task = await console.Client().AnswerAsync(parsed.GetValue(id)!, string.Join(' ', parsed.GetValue(answer)!), token);
            if (parsed.GetValue(json)) JsonOut.Write(console, task, WireJson.Default.TaskView);
            else console.Out.WriteLine($"{task.Id} {task.Outcome ?? task.State}");
            return ExitCodes.Succeeded;
        });
        return command;
    }
}
