using Awoc.Core.Agents;
using Awoc.Runners.Credentials;

namespace Awoc.Runners.Builtin;

internal static class BuiltinProbe
{
    private const string Program = "awoc-agent";

    public static AgentAvailability Look(AgentEnvironment environment, KeyCommand command)
    {
        var program = Find(environment.Settings.Value(AgentSettings.Path));
        var missing = program.Fault is null
            ? null
            : $"{program.Fault}: build AWOC again (./quickstart), or set 'path' for the agent builtin in config.yaml";
        if (program.Path is { } path && NeedsRuntime(path) && DotnetRoot.Find(environment.Variables) is null)
            missing = "no .NET runtime found for awoc-agent: install .NET 10, or set DOTNET_ROOT to where it is";
        // Taken for the tool's name alone, the rule would give the whole tool.
        if (environment.Settings.Value(AgentSettings.Tools) is { } tools && ToolList.Conditional(tools) is { } rule)
            missing ??= $"the builtin agent cannot keep the rule '{rule}' in agents.builtin.{AgentSettings.Tools}: name the tool alone or leave it out, or take the agent claude";
        if (environment.Rehearsal) return new AgentAvailability(program.Path, "none needed: rehearsal", null, [], missing);

        var baseUrl = AnthropicCredential.Upstream(environment.Variables, out var fault);
        missing ??= fault;
        // What is missing already is said before a command is run for nothing.
        var credential = AnthropicCredential.FromVariables(environment.Variables)
            ?? AnthropicCredential.FromSettings(environment with { LooksOnly = environment.LooksOnly || missing is not null }, command, out fault);
        missing ??= fault;
        missing ??= credential is null
            ? "no credential for the builtin agent: set ANTHROPIC_API_KEY or api_key_file (a subscription login serves Claude Code alone), or try it with --model rehearsal"
            : null;
        return new AgentAvailability(
            program.Path, credential?.Where, credential?.At(baseUrl), credential?.Variable is { } name ? [name] : [], missing);
    }

    private static Executable Find(string? configured)
    {
        if (configured is not null) return Executable.Find(configured, null);
        var beside = Executable.Find(Path.Combine(AppContext.BaseDirectory, Program), null);
        if (beside.Fault is null) return beside;
        // Managed files of its own, kept apart from the native programs.
        var below = Executable.Find(Path.Combine(AppContext.BaseDirectory, "agent", Program), null);
        return below.Fault is null ? below : beside;
    }

    /// <summary>A self-contained build brings the runtime with it.</summary>
    public static bool NeedsRuntime(string program) =>
        !File.Exists(Path.Combine(Path.GetDirectoryName(program)!, "libcoreclr.so"))
        && File.Exists(Path.Combine(Path.GetDirectoryName(program)!, "awoc-agent.dll"));
}
