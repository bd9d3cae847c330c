using System.CommandLine;
using System.Globalization;
using Awoc.Cli.CommandLine;
using Awoc.Cli.Terminal;
using Awoc.Client;
using Awoc.Client.Wire;

namespace Awoc.Cli.Verbs;

/// <summary><c>awoc integrate</c>: brings a result into what the user is writing, and takes it out again.</summary>
internal static class IntegrateVerb
{
    private const string Summarize = "summarize";
    private static readonly string[] s_modes = ["append", "merge", "reference", Summarize, "auto"];

    public static VerbCommand Build(CliConsole console)
    {
        var id = Shared.Id();
        var mode = new Argument<string>("MODE") { Description = "append, merge, reference, summarize or auto (by type, target and size)", Arity = ArgumentArity.ZeroOrOne };
        var into = new Option<string>("--into") { HelpName = "FILE", Description = "The target; else the task's OUTPUT if it was there before the task, else standard output" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Show the diff, and write nothing" };
        var undo = new Option<string>("--undo") { HelpName = "N", Description = "Take an integration out again: the last, or the one of that number", Arity = ArgumentArity.ZeroOrOne };
        var maxWords = new Option<string>("--max-words") { HelpName = "N", Description = "With summarize: the longest summary (300)" };
        var withAgent = new Option<bool>("--with-agent") { Description = "With summarize: launch a small task that writes the summary, and print its id" };
        var force = new Option<bool>("--force") { Description = "Bring in a result that breaks its contract" };
        var allowOutside = new Option<bool>("--allow-outside") { Description = "FILE may lie outside the task's directory" };
        var noMarks = new Option<bool>("--no-marks") { Description = "Leave no mark of the task in what is added" };
        var origin = new Option<string>("--base") { HelpName = "FILE", Description = "With merge of text and code: what target and result both come from" };
        var json = Shared.Json();
        var command = new VerbCommand(
            "integrate",
            "Brings what a task produced into a file, whole or not at all, and keeps a backup. The same result again changes nothing; --undo takes it out again.")
        {
            Examples =
            [
                "awoc integrate @last                          into OUTPUT, or to standard output, as suits it",
                "awoc integrate 9f86d0 append --into NOTES.md",
                "awoc integrate api-review merge --into docs/api.md --dry-run",
                "awoc integrate 9f86d0 summarize --max-words 120",
                "awoc integrate 9f86d0 --undo",
            ],
        };
        command.Arguments.Add(id);
        command.Arguments.Add(mode);
        foreach (var option in (Option[])[into, dryRun, undo, maxWords, withAgent, force, allowOutside, noMarks, origin, json]) command.Options.Add(option);
        command.SetAction((parsed, token) =>
        {
            var reference = parsed.GetValue(id)!;
            var word = parsed.GetValue(mode);
            if (word is not null && !s_modes.Contains(word))
                throw new UsageException($"'{Printable.Line(word)}' is no mode of integration.{Nearest.Hint(word, s_modes)} There are {string.Join(", ", s_modes)}.");
            if (parsed.GetResult(undo) is not null)
            {
                if (word is not null || parsed.GetValue(into) is not null) throw new UsageException("--undo goes by the integration's number alone: leave out MODE and --into.");
                return UndoAsync(console, reference, parsed.GetValue(undo), parsed.GetValue(dryRun), parsed.GetValue(json), token);
            }

            if (parsed.GetValue(withAgent))
            {
                if (word is not (null or Summarize)) throw new UsageException("--with-agent goes with summarize.");
                foreach (var other in (Option[])[into, dryRun, force, allowOutside, noMarks, origin])
                {
                    if (parsed.GetResult(other) is { Implicit: false })
                        throw new UsageException($"--with-agent launches a task that writes the summary: {other.Name} goes with the integration of that task's result.");
                }

                return SummaryTask.LaunchAsync(console, reference, parsed.GetValue(maxWords), parsed.GetValue(json), token);
            }

            var request = new IntegrateRequest
            {
                Mode = word,
                Into = parsed.GetValue(into),
                Cwd = Paths.Absolute(null),
                DryRun = parsed.GetValue(dryRun),
                Force = parsed.GetValue(force),
                AllowOutside = parsed.GetValue(allowOutside),
                MaxWords = parsed.GetValue(maxWords),
                NoMarks = parsed.GetValue(noMarks),
                Base = parsed.GetValue(origin),
            };
            return IntegrateAsync(console, reference, request, parsed.GetValue(json), token);
        });
        return command;
    }

    private static async Task<int> IntegrateAsync(CliConsole console, string reference, IntegrateRequest request, bool json, CancellationToken token)
    {
        var client = console.Client();
        var reply = await client.IntegrateAsync(reference, request, token);
        if (json)
        {
            JsonOut.Write(console, reply, WireJson.Default.IntegrateReply);
        }
        else
        {
            Show(console, reply.Content ?? reply.Diff);
            await console.Out.FlushAsync(token);
            foreach (var notice in reply.Notices) console.Say(notice);
            Tell(console, reply);
        }

        if (reply is { IsWhole: true, Task.ReadAt: null } && !request.DryRun) await client.AcknowledgeAsync(reply.Task.Id, token);
        return reply.Conflicts.Count > 0 ? ExitCodes.Failed : ExitCodes.Succeeded;
    }

    /// <summary>On a terminal nothing that an agent wrote may hide what the person decides by; elsewhere every byte counts.</summary>
    private static void Show(CliConsole console, string text) => console.Out.Write(CliConsole.OutIsTerminal ? Printable.Lines(text) : text);

    private static void Tell(CliConsole console, IntegrateReply reply)
    {
        var handle = TaskWords.Handle(reply.Task.Id);
        foreach (var conflict in reply.Conflicts)
        {
            console.Error.WriteLine($"  conflict at {Printable.Line(conflict.Where)}, left as it is:");
            foreach (var line in conflict.Target.Split('\n')) console.Error.WriteLine($"    target  {Printable.Line(line)}");
            foreach (var line in conflict.Result.Split('\n')) console.Error.WriteLine($"    result  {Printable.Line(line)}");
        }

        foreach (var link in reply.Dangling) console.Error.WriteLine($"  leads nowhere from the target: {Printable.Line(link)}");
        if (reply.Target is null)
        {
            console.Say($"{reply.Mode}, since {reply.Why}; into a file: awoc integrate {handle} --into FILE");
            return;
        }

        var what = (reply.Changed, reply.Conflicts.Count, reply.DryRun) switch
        {
            (false, > 0, _) => $"{reply.Mode} into {reply.Target}: conflicts; nothing was written",
            (false, _, _) => $"{reply.Target} has the result of {handle} already: nothing to do",
            (true, _, true) => $"{reply.Mode} into {reply.Target} would make this of it; nothing was written",
            _ => $"{reply.Mode} into {reply.Target}; undo: awoc integrate {handle} --undo {reply.Number}",
        };
        console.Say($"{what} ({reply.Mode}: {reply.Why})");
        if (reply.Changed) console.Say(Quality(reply.Quality));
    }

    private static string Quality(QualityView q) => string.Create(
        CultureInfo.InvariantCulture,
        $"quality {q.Score:0.00}: {q.TargetLinesKept} of {q.TargetLines} lines kept, {q.DuplicatesAvoided} duplicates avoided, {q.Conflicts} conflicts, {q.DanglingLinks} dangling links, {q.ContractFindings} contract findings");

    private static async Task<int> UndoAsync(CliConsole console, string reference, string? number, bool dryRun, bool json, CancellationToken token)
    {
        var reply = await console.Client().UndoAsync(reference, new UndoRequest(number, dryRun), token);
        if (json)
        {
            JsonOut.Write(console, reply, WireJson.Default.UndoReply);
            return ExitCodes.Succeeded;
        }

        Show(console, reply.Diff);
        await console.Out.FlushAsync(token);
        console.Say(
            !reply.Changed ? $"integration {reply.Number} into {reply.Target} is undone already"
            : reply.DryRun is true ? $"to undo integration {reply.Number} would make this of {reply.Target}; nothing was written"
            : $"integration {reply.Number} into {reply.Target} is undone");
        return ExitCodes.Succeeded;
    }
}
