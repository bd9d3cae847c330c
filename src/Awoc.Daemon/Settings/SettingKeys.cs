using System.Globalization;
using Awoc.Core.Budgets;
using Awoc.Core.Catalog;
using Awoc.Core.Tasks;
using Awoc.Engine.Launching;
using Awoc.Engine.Scheduling;
using Awoc.Engine.Settings;
using Awoc.Runners;

namespace Awoc.Daemon.Settings;

/// <summary>One setting there is.</summary>
/// <param name="Pattern">Its dotted name; <c>*</c> stands for an agent's name, <c>+</c> for a group's.</param>
/// <param name="Takes">What values it takes, for a person.</param>
/// <param name="InProject">A project's file may set it. What names a program to run may not come with a checked-out repository.</param>
internal sealed record SettingKey(
    string Pattern, string Description, string Takes, Func<string, bool> Accepts, Func<AwocSettings, string> Default, bool InProject)
{
    /// <summary>What <c>*</c> stands for; null is an agent's name.</summary>
    public IReadOnlyList<string>? Stars { get; init; }

    /// <summary>What <c>+</c> stands for; else a name as people give them.</summary>
    public Func<string, bool> Names { get; init; } = OrderNames.IsName;

    /// <summary>For what only some of the names it stands for refuse: what that name takes instead, or null.</summary>
    public Func<string, string, string?>? Narrower { get; init; }

    /// <summary>What it takes, where the value is not that; null when all is well.</summary>
    public string? Fault(string key, string value) => Accepts(value) ? Narrower?.Invoke(key, value) : Takes;

    /// <summary>It stands for several settings.</summary>
    public bool IsPattern => Pattern.AsSpan().ContainsAny('*', '+');

    public bool Fits(string key)
    {
        // A group's name may have dots of its own.
        if (Pattern.Split('+') is [var before, var after])
            return key.Length > before.Length + after.Length
                && key.StartsWith(before, StringComparison.Ordinal)
                && key.EndsWith(after, StringComparison.Ordinal)
                && Names(key[before.Length..^after.Length]);
        var wanted = Pattern.Split('.');
        var given = key.Split('.');
        return wanted.Length == given.Length && wanted.Zip(given).All(p => p.First == p.Second || (p.First == "*" && (Stars ?? SettingKeys.Agents).Contains(p.Second)));
    }
}

/// <summary>Every setting there is: what is not here is refused, never ignored.</summary>
internal static class SettingKeys
{
    public static IReadOnlyList<string> Agents { get; } = ["claude", "builtin", "command"];

    public static IReadOnlyList<SettingKey> All { get; } =
    [
        new("agent", "the agent when none is named", $"one of {string.Join(", ", Agents)}", Agents.Contains, _ => "the first that is installed and has a credential", true),
        new("model", "the model when none is named", "a model's name", v => v.Length > 0, s => s.Model, true),
        new("tokens", "the token budget when none is given", "a whole number from 1", IsTokens, s => s.Tokens.ToString(CultureInfo.InvariantCulture), true),
        new("timeout", "the time budget when none is given", Duration.Allowed, v => Duration.TryParseSeconds(v, out var s) && s > 0, s => Duration.Text(s.TimeoutSeconds), true),
        new("stall_timeout", "time without a sign of life after which an attempt counts as hung, when none is given", LimitTexts.StallAllowed, v => LimitTexts.TryStall(v, out _), s => Duration.Text(s.StallSeconds ?? 0), true),
        new("max_cost", "a task's limit in US dollars at list price, when none is given", LimitTexts.CostAllowed, v => LimitTexts.TryCost(v, out _), _ => "no limit", true),
        new("on_budget", "what happens when a budget is spent, when nothing is said", Words<OnBudget>(), SnakeCaseIs<OnBudget>, s => s.OnBudget.Text(), true),
        new("on_failure", "what recovery does by itself, when nothing is said", Words<OnFailure>(), SnakeCaseIs<OnFailure>, s => s.OnFailure.Text(), true),
        new("permissions", "what becomes of a tool call that needs leave, when nothing is said", Words<OnPermission>(), SnakeCaseIs<OnPermission>, s => s.OnPermission.Text(), true),
        new("answer_timeout", "how long a question of an agent waits for 'awoc answer' before it is denied", $"{Duration.Allowed}, from 1 s", v => Duration.TryParseSeconds(v, out var s) && s is >= 1 and <= Budget.MaxTimeoutSeconds, s => Duration.Text(s.AnswerSeconds), true),
        new("contracts.mends", "how often an agent is asked to mend a result that breaks its contract, when nothing is said", "a number from 0 to 10", v => int.TryParse(v, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n <= 10, s => s.Mends.ToString(CultureInfo.InvariantCulture), true),
        new("gateway.record", "keep every task's requests and answers, redacted", "true or false", v => bool.TryParse(v, out _), _ => "false", false),
        new("batch.confirm_tokens", "token budgets of a batch together above which 'awoc batch' asks for your word", "a whole number from 1", IsTokens, s => s.ConfirmTokens.ToString(CultureInfo.InvariantCulture), false),
        new("batch.confirm_cost", "US dollars that a batch may cost above which 'awoc batch' asks for your word", LimitTexts.CostAllowed, v => LimitTexts.TryCost(v, out _), s => s.ConfirmUsd.ToString(CultureInfo.InvariantCulture), false),
        .. PoolKeys.All(),
        .. QuotaKeys.All,
        .. ContextKeys.All,
        new("concurrency", "attempts at once", "a whole number from 1 to 1000", IsConcurrency, _ => ConcurrencyLimit.Default.ToString(CultureInfo.InvariantCulture), false),
        .. QueueKeys.All,
        new("alerts.command", "a shell command that gets each alert as JSON on standard input", "a command", v => v.Trim().Length > 0, _ => "none", false),
        new("alerts.webhook", "where each alert is posted as JSON", "an http or https address", IsWebAddress, _ => "nowhere", false),
        .. SpareKeys.All,
        .. RecoveryKeys.All,
        new($"agents.*.{AgentSettings.Path}", "the agent's program", "a path or a name on the PATH", v => v.Length > 0, _ => "found on the PATH", false),
        new($"agents.*.{AgentSettings.Tools}", "the tools the agent is given, parted by commas", "tool names", v => v.Length > 0, _ => "Read, Write, Edit, Bash, WebFetch, Grep, Glob", false) { Narrower = BuiltinTools },
        new($"agents.*.{AgentSettings.UserSettings}", "let your own Claude Code settings, hooks and MCP servers in", "true or false", v => bool.TryParse(v, out _), _ => "false", false),
        new($"agents.*.{AgentSettings.Effort}", "how hard the model thinks", "low, medium, high", v => v is "low" or "medium" or "high" or "max", _ => "low for small budgets, else the agent's own", false),
        new($"agents.*.{AgentSettings.ApiKeyFile}", "a file of your own, mode 0600, with a model API key in one line", "an absolute path, or one that begins with ~/", IsPath, _ => "none", false),
        new($"agents.*.{AgentSettings.ApiKeyCommand}", "a command that prints a model API key", "a command for sh -c", v => v.Trim().Length > 0, _ => "none", false),
        new($"agents.*.{AgentSettings.MaxTurns}", "turns the built-in agent may take", "a whole number from 1", IsTokens, _ => "the agent's own", false),
        new($"agents.*.{AgentSettings.MaxRetries}", "tries of a model call that the built-in agent makes", "a whole number from 1", IsTokens, _ => "the agent's own", false),
        new($"agents.*.{AgentSettings.AllowPrivateAddresses}", "let the built-in agent's WebFetch reach loopback and private addresses", "true or false", v => bool.TryParse(v, out _), _ => "false", false),
    ];

    /// <summary>What to write in the place of a key that there is not, as a clause: what is near it, else what there is.</summary>
    public static string Instead(string key)
    {
        var near = Named().Where(name => EditDistance.Between(name, key) <= Math.Max(1, key.Length / 4)).Take(3).ToList();
        return near.Count > 0 ? $"did you mean {string.Join(" or ", near)}?" : $"there are {Others(key)}";
    }

    /// <summary>What there is: of the key's own family, else of all in short.</summary>
    public static string Others(string key)
    {
        var family = key.Split('.')[0] + ".";
        var kin = Named().Where(name => name.StartsWith(family, StringComparison.Ordinal)).ToList();
        return kin.Count > 0
            ? string.Join(", ", kin)
            : $"{string.Join(", ", Named().Select(name => name.Contains('.', StringComparison.Ordinal) ? $"{name.Split('.')[0]}.…" : name).Distinct())} ('awoc config list' has them all)";
    }

    private static IEnumerable<string> Named() => All.Select(k => k.Pattern
        .Replace("*", k.Stars is null ? "AGENT" : "REASON", StringComparison.Ordinal)
        .Replace("+", "NAME", StringComparison.Ordinal));

    public static SettingKey? Find(string key) => All.FirstOrDefault(k => k.Fits(key));

    /// <summary>Whether settings lie below this name.</summary>
    public static bool IsPrefix(string name) =>
        PoolKeys.IsPrefix(name)
        || QueueKeys.IsPrefix(name)
        || All.Any(k => (k.Stars ?? Agents).Any(star => k.Pattern.Replace("*", star, StringComparison.Ordinal).StartsWith(name + ".", StringComparison.Ordinal)));

    private static bool IsWebAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp);

    public static string Words<T>() where T : struct, Enum => string.Join(", ", SnakeCase.All<T>());

    public static bool SnakeCaseIs<T>(string text) where T : struct, Enum => SnakeCase.TryParse<T>(text, out _);

    public static bool IsTokens(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value is >= 1 and <= Budget.MaxTokens;

    private static string? BuiltinTools(string key, string value) =>
        key == $"agents.builtin.{AgentSettings.Tools}" && ToolList.Conditional(value) is { } rule
            ? $"names of tools alone: the builtin agent cannot keep a rule such as '{rule}' (the agent claude can)"
            : null;

    private static bool IsPath(string text) => text.StartsWith("~/", StringComparison.Ordinal) || Path.IsPathFullyQualified(text);

    private static bool IsConcurrency(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value is >= 1 and <= 1000;
}
