using Awoc.Core.Agents;
using Awoc.Engine.Credentials;
using Awoc.Engine.Shims;

namespace Awoc.Engine.Supervision;

/// <summary>All that a shim is to be told of a launch: a function of its subject, the settings, a token and a session.</summary>
/// <param name="Environment">Without secrets.</param>
internal sealed record LaunchMaterial(LaunchPlan Plan, IReadOnlyDictionary<string, string> Environment, PreparedAttempt Prepared)
{
    /// <summary>The task's id, for whatever the agent runs.</summary>
    public const string TaskVariable = "AWOC_TASK_ID";

    /// <summary>
    /// Variables that say which task it is or which terminal a launch came from: a spare is started without them, and its tools get them when
    /// it is claimed. To an agent that talks on its standard input they mean nothing.
    /// </summary>
    public static readonly IReadOnlyList<string> OfOneLaunch =
    [
        TaskVariable, "_", "SHLVL", "OLDPWD", "COLUMNS", "LINES", "GPG_TTY", "SSH_TTY", "STY", "WINDOW", "WINDOWID", "TMUX_PANE", "TERM_SESSION_ID",
        "ITERM_SESSION_ID", "KITTY_PID", "KITTY_WINDOW_ID", "WEZTERM_PANE", "WT_SESSION",
    ];

    // Claude Code ends 8 to 99 ms after its interrupt line and up to 1.6 s after SIGINT (measured); a command may tidy up.
    private static readonly TimeSpan s_lineGrace = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan s_signalGrace = TimeSpan.FromSeconds(3);

    public static LaunchMaterial Of(EnginePorts ports, LaunchSubject subject, string token, string session)
    {
        var spec = subject.Spec;
        var plan = subject.Runner.Plan(subject.Context(ports.Settings.Read(spec.Cwd), token, session));
        var caller = new Dictionary<string, string>(spec.Environment);
        foreach (var (name, value) in subject.Secrets) caller[name] = value;
        var upstream = spec.Rehearsal ? ports.Rehearsal.For(spec) : CallerProxy.Put(subject.Availability.Upstream, caller);
        var credential = subject.Runner.Traits.UsesModel && upstream is not null ? new AttemptCredential(token, upstream) : null;
        return new LaunchMaterial(
            plan, PublicEnvironment(ports, subject, plan), new PreparedAttempt(SecretEnvironment(plan, subject.Secrets), credential, Held(credential, subject.Secrets)));
    }

    public IReadOnlyList<LadderStep> Ladder()
    {
        List<LadderStep> ladder = [LadderStep.Interrupt(s_signalGrace), LadderStep.Terminate(s_signalGrace), LadderStep.Kill(s_signalGrace)];
        if (Plan.InterruptLine is { } line) ladder.Insert(0, LadderStep.Line(line, s_lineGrace));
        return ladder;
    }

    private static Dictionary<string, string> PublicEnvironment(EnginePorts ports, LaunchSubject subject, LaunchPlan plan)
    {
        var environment = new Dictionary<string, string>(subject.Spec.Environment) { ["AWOC_HOME"] = ports.Paths.Home };
        if (subject.HasTask) environment[TaskVariable] = subject.Task.Value;
        else foreach (var name in OfOneLaunch) environment.Remove(name);
        foreach (var (name, value) in plan.Environment)
        {
            if (value is null) environment.Remove(name);
            else environment[name] = value;
        }

        return environment;
    }

    private static Dictionary<string, string> SecretEnvironment(LaunchPlan plan, IReadOnlyDictionary<string, string> secrets)
    {
        var environment = secrets
            .Where(s => !plan.WithheldSecrets.Contains(s.Key) && !plan.Environment.ContainsKey(s.Key))
            .ToDictionary(s => s.Key, s => s.Value);
        foreach (var (name, value) in plan.SecretEnvironment) environment[name] = value;
        return environment;
    }

    private static Dictionary<string, string> Held(AttemptCredential? credential, IReadOnlyDictionary<string, string> secrets)
    {
        var held = secrets.ToDictionary(s => AttemptCredential.SecretPrefix + s.Key, s => s.Value);
        credential?.AddTo(held);
        return held;
    }
}
