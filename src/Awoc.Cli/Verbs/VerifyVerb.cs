using System.CommandLine;
using Awoc.Cli.CommandLine;
using Awoc.Cli.Terminal;
using Awoc.Cli.Views;
using Awoc.Client;
using Awoc.Client.Wire;

namespace Awoc.Cli.Verbs;

/// <summary><c>awoc verify</c>: checks a task's result, or any file, against a contract.</summary>
internal static class VerifyVerb
{
    public static VerbCommand Build(CliConsole console)
    {
        var what = new Argument<string>("ID|FILE") { Description = "A task's id, handle, name or @last; or a file, with --type or --schema" };
        var type = new Option<string>("--type") { HelpName = "TYPE", Description = "The task type whose contract the file is held against" };
        var schema = new Option<string>("--schema") { HelpName = "FILE", Description = "The JSON Schema the file is held against" };
        var strict = new Option<bool>("--strict") { Description = "A path, line or quote in the file that does not exist is an error" };
        var cwd = new Option<string>("--cwd") { HelpName = "DIR", Description = "What paths in the file are relative to; else this directory" };
        var json = Shared.Json();
        var command = new VerbCommand(
            "verify",
            "Checks a result against its contract: sections, substance, sources, JSON Schema, and that the files it speaks of exist. "
            + "Prints FILE:LINE: severity rule: message. Exits 0 when it holds, 1 when it does not.")
        {
            Examples = ["awoc verify 9f86d0", "awoc verify report.md --type research", "awoc verify data.json --schema data.schema.json", "awoc verify notes.md --type analysis --strict"],
        };
        command.Arguments.Add(what);
        foreach (var option in (Option[])[type, schema, strict, cwd, json]) command.Options.Add(option);
        command.SetAction(async (parsed, token) =>
        {
            var reply = await AskAsync(
                console, parsed.GetValue(what)!, parsed.GetValue(type), parsed.GetValue(schema), parsed.GetValue(strict), parsed.GetValue(cwd), token);
            if (parsed.GetValue(json)) JsonOut.Write(console, reply, WireJson.Default.VerifyReply);
            else Show(console, reply);
            return reply.Verification == "passed" ? ExitCodes.Succeeded : ExitCodes.Failed;
        });
        return command;
    }

    private static Task<VerifyReply> AskAsync(
        CliConsole console, string what, string? type, string? schema, bool strict, string? cwd, CancellationToken token)
    {
        if (type is not null || schema is not null)
        {
            return console.Client().VerifyFileAsync(
                new VerifyRequest
                {
                    Path = Path.GetFullPath(what),
                    Type = type,
                    Schema = schema is null ? null : Path.GetFullPath(schema),
                    Strict = strict,
                    Cwd = Paths.Absolute(cwd),
                },
                token);
        }

        if (what.Contains('/', StringComparison.Ordinal) || Path.Exists(what))
            throw new UsageException($"'{Printable.Line(what)}' is a file: say what it is held against, as --type research or --schema FILE. 'awoc types' lists the types.");
        if (strict || cwd is not null) throw new UsageException("--strict and --cwd go with a file; a task is checked as it was launched.");
        return console.Client().VerifyAsync(what, token);
    }

    private static void Show(CliConsole console, VerifyReply reply)
    {
        foreach (var finding in reply.Findings)
        {
            var place = finding.Line is { } line ? $"{reply.File}:{line}" : reply.File;
            console.Out.WriteLine($"{Printable.Line(place)}: {finding.Severity} {finding.Rule}: {Printable.Line(finding.Message)}");
        }

        var errors = reply.Findings.Count(finding => finding.Severity == "error");
        var warnings = reply.Findings.Count - errors;
        console.Say($"{Printable.Line(reply.File)}: {reply.Verification.Replace('_', ' ')}{(errors > 0 ? $", {errors} {(errors == 1 ? "error" : "errors")}" : "")}{(warnings > 0 ? $", {warnings} {(warnings == 1 ? "warning" : "warnings")}" : "")}");
    }
}
