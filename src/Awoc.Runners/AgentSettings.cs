namespace Awoc.Runners;

/// <summary>The keys that an agent's part of the configuration may have.</summary>
public static class AgentSettings
{
    /// <summary>Absolute path or bare name of the agent's program.</summary>
    public const string Path = "path";

    /// <summary>The tools the agent is given, parted by commas, as in <c>Read, Grep, Bash(git diff *)</c>.</summary>
    public const string Tools = "tools";

    /// <summary><c>true</c> lets in the user's own Claude Code settings: hooks, MCP servers, slash commands, plugins.</summary>
    public const string UserSettings = "user_settings";

    /// <summary>How hard the model thinks: <c>low</c>, <c>medium</c>, <c>high</c>…; default low for small budgets, else the agent's own.</summary>
    public const string Effort = "effort";

    /// <summary>Path of a file of the user's own, mode 0600, that holds a model API key in one line; used where the environment has none.</summary>
    public const string ApiKeyFile = "api_key_file";

    /// <summary>A command for <c>sh -c</c> that prints a model API key; used where neither the environment nor a file has one.</summary>
    public const string ApiKeyCommand = "api_key_command";

    /// <summary>Model calls before the builtin agent ends by itself; default 200.</summary>
    public const string MaxTurns = "max_turns";

    /// <summary>Times the builtin agent repeats a failed model call; default 10.</summary>
    public const string MaxRetries = "max_retries";

    /// <summary><c>true</c> lets the builtin agent's WebFetch reach loopback, link-local and private addresses.</summary>
    public const string AllowPrivateAddresses = "allow_private_addresses";

    internal static string? Value(this IReadOnlyDictionary<string, string> settings, string key) =>
        settings.TryGetValue(key, out var value) && !string.IsNullOrWhiteSpace(value) ? value.Trim() : null;

    internal static bool Flag(this IReadOnlyDictionary<string, string> settings, string key) =>
        settings.Value(key) is { } value && (value is "1" || value.Equals("true", StringComparison.OrdinalIgnoreCase) || value.Equals("yes", StringComparison.OrdinalIgnoreCase));
}
