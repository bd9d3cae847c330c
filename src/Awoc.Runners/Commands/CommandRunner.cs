using System.Text;
using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Core.Tasks;

namespace Awoc.Runners.Commands;

/// <summary>A shell command as a task: the description is what <c>bash -c</c> (or <c>sh -c</c>) runs.</summary>
public sealed class CommandRunner : IRunner
{
    /// <summary>The kernel takes no longer single argument (MAX_ARG_STRLEN, its closing NUL included), in bytes.</summary>
    private const int MaxCommandBytes = 128 * 1024 - 1;

    public string Name => "command";

    public RunnerTraits Traits { get; } = new(BudgetExactness.None, UsesModel: false, CanResume: false, FootprintMb: 20);

    public AgentAvailability Probe(AgentEnvironment environment)
    {
        var shell = Shell(environment.Settings.Value(AgentSettings.Path), environment.Variables.GetValueOrDefault("PATH"));
        return new AgentAvailability(shell.Path, null, null, [], shell.Fault is null ? null : $"{shell.Fault}: set 'path' for the agent command in config.yaml");
    }

    public IEnumerable<SpecFault> Validate(TaskSpec spec)
    {
        if (string.IsNullOrWhiteSpace(spec.Description))
            yield return new SpecFault("DESCRIPTION", "", "a shell command, as in custom:'make test'");
        if (spec.Description.Contains('\0', StringComparison.Ordinal))
            yield return new SpecFault("DESCRIPTION", "a NUL character", "a shell command without it");
        if (Encoding.UTF8.GetByteCount(spec.Description) > MaxCommandBytes)
        {
            yield return new SpecFault(
                "DESCRIPTION", $"{Encoding.UTF8.GetByteCount(spec.Description)} bytes",
                $"a shell command of at most {MaxCommandBytes} bytes; put a longer one into a script and run that");
        }
    }

    public LaunchPlan Plan(AttemptContext context) => new()
    {
        Argv = [context.Availability.Executable ?? "/bin/sh", "-c", Script(context.Spec.Description)],
        Environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["AWOC_TASK_ID"] = context.Task.Value,
            ["AWOC_OUTPUT"] = context.StagingPath,
        },
        StructuredOutput = false,
    };

    public IAgentVoice? Voice => null;

    public IAgentStream OpenStream() => new LineStream();

    public AttemptVerdict Judge(AttemptEvidence evidence)
    {
        if (evidence.Signal is { } signal)
            return ApiVerdict.Fail(EndReason.CommandFailed, $"the command was killed by signal {signal}", ApiVerdict.SeeLogs);
        if (evidence.ExitCode is 0) return AttemptVerdict.Success;
        var meaning = evidence.ExitCode switch
        {
            126 => " (not executable)",
            127 => " (command not found)",
            > 128 and < 128 + 65 => $" (signal {evidence.ExitCode - 128})",
            _ => "",
        };
        return ApiVerdict.Fail(EndReason.CommandFailed, $"exit code {evidence.ExitCode}{meaning}", ApiVerdict.SeeLogs);
    }

    /// <summary>A shell takes what follows -c for an option where it begins like one; not every shell knows "--" there.</summary>
    private static string Script(string command) => command.StartsWith('-') || command.StartsWith('+') ? " " + command : command;

    private static Executable Shell(string? configured, string? searchPath)
    {
        if (configured is not null) return Executable.Find(configured, searchPath);
        var bash = Executable.Find("/bin/bash", null);
        return bash.Fault is null ? bash : Executable.Find("/bin/sh", null);
    }

    private sealed class LineStream : IAgentStream
    {
        public IEnumerable<AgentEvent> Read(ReadOnlyMemory<byte> line) => [new AgentEvent.Text(Encoding.UTF8.GetString(line.Span))];
    }
}
