using System.Text;
using Awoc.Core.Agents;
using Awoc.Core.Tasks;
using Awoc.Engine.Homes;

namespace Awoc.Engine.TaskFolders;

/// <summary>
/// <c>execute-task.sh</c>: the exact launch, secrets left out. Run by hand it is <c>awoc retry ID</c>: the task under AWOC,
/// budgets and all, rather than the bare agent without them.
/// </summary>
public static class LaunchScript
{
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

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
        text.Append(Invariant($"# Its limits and policies:{LaunchFlags.Of(spec)}\n"));
        text.Append("# Running this file lets the task go on once it has ended, under the same id: awoc retry.\n");
        text.Append(Invariant($"cd {Quote(spec.Cwd)} || exit\n"));
        text.Append(Invariant($"export AWOC_HOME={Quote(home)}\n"));
        text.Append(Invariant($"exec awoc retry {task.Id} \"$@\"\n"));
        File.WriteAllText(folder.Script, text.ToString());
        File.SetUnixFileMode(folder.Script, Executable);
    }

    /// <summary>One word for a POSIX shell, whatever is in it.</summary>
    public static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "_-./:=,@%+".Contains(c, StringComparison.Ordinal))
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static string Comment(string text) => text.ReplaceLineEndings("\n#   ");

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
