using System.Text;
using Awoc.Core.Agents;
using Awoc.Core.Tasks;
using Awoc.Engine.Homes;

namespace Awoc.Engine.TaskFolders;

/// <summary>
/// <c>execute-task.sh</c>: the exact launch, secrets left out. Run by hand it launches the same task anew under AWOC,
/// budgets and all, rather than the bare agent without them.
/// </summary>
public static class LaunchScript
{
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const int LongestArgument = 100_000;
    private const string EndOfText = "__END_OF_DESCRIPTION__";

    public static void Write(TaskFolder folder, string home, AgentTask task, LaunchPlan plan)
    {
        var spec = task.Spec;
        var text = new StringBuilder();
        text.Append("#!/bin/sh\n");
        text.Append(Invariant($"# Task {task.Id}, attempt {task.Attempt}. AWOC started this agent, with its prompt ({folder.Prompt}) on standard input:\n"));
        text.Append(Invariant($"#   cd {Comment(Quote(spec.Cwd))}\n"));
        foreach (var (name, value) in plan.Environment.Where(e => e.Value is not null).OrderBy(e => e.Key, StringComparer.Ordinal))
            text.Append(Invariant($"#   {name}={Comment(Quote(value!))}\n"));
        foreach (var name in plan.SecretEnvironment.Keys.Order(StringComparer.Ordinal)) text.Append(Invariant($"#   {name}=(the attempt's own token)\n"));
        text.Append(Invariant($"#   {Comment(string.Join(' ', plan.Argv.Select(Quote)))}\n"));
        text.Append("# Running this file launches the same task anew.\n");
        text.Append(Invariant($"cd {Quote(spec.Cwd)} || exit\n"));
        text.Append(Invariant($"export AWOC_HOME={Quote(home)}\n"));
        if (spec.Rehearsal) text.Append("export AWOC_REHEARSAL=1\n");
        text.Append(Invariant($"exec awoc run --agent {Quote(spec.Agent)}"));
        if (spec.Model is { } model) text.Append(Invariant($" --model {Quote(model)}"));
        text.Append(LaunchFlags.Of(spec));
        foreach (var file in spec.Context) text.Append(Invariant($" --context {Quote(file)}"));
        if (spec.Overwrite) text.Append(" --overwrite");
        if (spec.AllowOutside) text.Append(" --allow-outside");
        text.Append(" -- ");
        var fromStdin = NeedsStdin(spec.Description);
        text.Append(fromStdin ? $"{spec.Type}:-" : Quote(Task(spec)));
        if (spec.Output is { } output) text.Append(Invariant($" {Quote(output)}"));
        text.Append(fromStdin ? $" << '{EndOfText}'\n{spec.Description}\n{EndOfText}\n" : "\n");
        File.WriteAllText(folder.Script, text.ToString());
        File.SetUnixFileMode(folder.Script, Executable);
    }

    /// <summary>awoc reads a description that begins with @ from a file, unless the @ is doubled.</summary>
    private static string Task(TaskSpec spec) =>
        spec.Description.Length == 0 ? spec.Type : $"{spec.Type}:{(spec.Description[0] == '@' ? "@" : "")}{spec.Description}";

    /// <summary>What is too long for one argument (the kernel takes 128 KiB), or stands for the standard input itself.</summary>
    private static bool NeedsStdin(string description) => description == "-" || Encoding.UTF8.GetByteCount(description) > LongestArgument;

    /// <summary>One word for a POSIX shell, whatever is in it.</summary>
    public static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "_-./:=,@%+".Contains(c, StringComparison.Ordinal))
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static string Comment(string text) => text.ReplaceLineEndings("\n#   ");

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
