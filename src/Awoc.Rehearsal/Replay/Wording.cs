using System.Text.RegularExpressions;
using Awoc.Rehearsal.Planner;
using Awoc.Rehearsal.Scenarios;

namespace Awoc.Rehearsal.Replay;

/// <summary>
/// A recorded text as a scenario says it: the run's own paths as variables, braces that only look like variables told apart from them,
/// and what looks like a credential blacked out. The record is redacted already, of what the gateway knows; a record that an older one made,
/// or a secret of the caller's, is not.
/// </summary>
/// <param name="secrets">Texts that must not be in it, whatever they look like.</param>
internal sealed partial class Wording(IReadOnlyList<string> secrets)
{
    private const string Black = "[redacted]";

    public int Redactions { get; private set; }

    public string Of(string text, Conversation? conversation, TaskPrompt? main)
    {
        text = Credential().Replace(text, _ => Blacken());
        foreach (var secret in secrets)
        {
            if (!text.Contains(secret, StringComparison.Ordinal)) continue;
            text = text.Replace(secret, Blacken(), StringComparison.Ordinal);
        }

        text = ScenarioVariables.Variable().Replace(text, m => "{{open}}" + m.Value[2..]);
        var task = conversation?.Task ?? main;
        if (task is null) return text;

        // The longest first: the output's path may begin with the working directory and holds the task's id.
        text = Put(text, @"[\w\-./]", conversation?.OutputFile ?? task.OutputFile, "{{output}}");
        text = Put(text, @"[\w\-./]", task.WorkingDirectory?.TrimEnd('/'), "{{cwd}}");
        return Put(text, @"[\w\-]", task.Id, "{{task}}");
    }

    private static string Put(string text, string notAfter, string? value, string variable) => value is not { Length: > 2 }
        ? text
        : Regex.Replace(text, $@"(?<!{notAfter}){Regex.Escape(value)}(?![\w\-])", variable, RegexOptions.CultureInvariant);

    private string Blacken()
    {
        Redactions++;
        return Black;
    }

    // sk-ant-api03-…; Bearer …; ghp_…, github_pat_…; AKIA…; xoxb-…; and the other providers' sk-…
    [GeneratedRegex(
        @"(?<![A-Za-z0-9])sk-(?:ant-[A-Za-z0-9_\-]{4,}|[A-Za-z0-9_\-]{16,})|\bBearer\s+[A-Za-z0-9._~+/=\-]{16,}|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}|\bAKIA[A-Z0-9]{16}\b|\bxox[abpr]-[A-Za-z0-9\-]{10,}",
        RegexOptions.CultureInvariant)]
    private static partial Regex Credential();
}
