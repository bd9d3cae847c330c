using Awoc.Client.Wire;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Daemon.Hosting;
using Awoc.Engine.Agents;
using Awoc.Engine.Homes;
using Awoc.Engine.Launching;
using Awoc.Engine.Scheduling;
using Awoc.Engine.Settings;
using Awoc.Engine.Supervision;

namespace Awoc.Daemon.Doctor;

/// <summary>What <c>awoc doctor</c> reports of this home and of the agents that could run in the caller's environment.</summary>
internal sealed class Diagnosis(
    AwocPaths paths, DaemonIdentity identity, ITaskStore store, ISettingsSource settings, AgentRoster roster, EnginePorts ports, Dispatcher dispatcher)
{
    private const long LowSpace = 200L * 1024 * 1024;

    public async Task<DoctorReport> RunAsync(DoctorRequest request, CancellationToken cancellation)
    {
        List<DoctorCheck> checks =
        [
            new("daemon", "ok", $"version {identity.Version}, process {identity.Pid}, up to {dispatcher.Limit} tasks at once", null),
            await StoreAsync(cancellation),
            Space(),
            new("shim", "ok", ports.Shims.ShimPath, null),
            Cgroup(),
        ];
        var inForce = Settings(request.Cwd, checks);
        var variables = new Dictionary<string, string>(request.Environment);
        foreach (var (name, value) in request.Secrets) variables[name] = value;
        var rehearsal = variables.GetValueOrDefault(Launcher.RehearsalVariable) is { Length: > 0 } and not "0";
        checks.AddRange(roster.Runners.Select(runner => Agent(runner, variables, rehearsal, inForce)));

        var chosen = inForce.Agent ?? roster.Choose(variables, rehearsal, inForce, looksOnly: true).Runner?.Name;
        checks.Add(chosen is null
            ? new DoctorCheck("choice", "error", "no agent can run: 'awoc run' would end 69", "mend one of the agents above, or use --model rehearsal, or --agent command")
            : new DoctorCheck("choice", "ok", $"'awoc run' uses {chosen}{(rehearsal ? ", answered by the rehearsal model (AWOC_REHEARSAL is set)" : "")}", null));
        return new DoctorReport(checks, chosen);
    }

    private async Task<DoctorCheck> StoreAsync(CancellationToken cancellation)
    {
        var counts = await store.CountAsync(cancellation);
        var waiting = counts.GetValueOrDefault(TaskState.AwaitingInput);
        var found = $"{paths.Store}, {counts.Values.Sum()} tasks";
        return waiting == 0
            ? new DoctorCheck("store", "ok", found, null)
            : new DoctorCheck("store", "warning", $"{found}, {waiting} of them waiting for a person", "awoc status awaiting_input");
    }

    private DoctorCheck Space()
    {
        var free = new DriveInfo(paths.Home).AvailableFreeSpace;
        var found = $"{free / 1024 / 1024} MB free for {paths.Home}";
        return free > LowSpace ? new DoctorCheck("disk", "ok", found, null) : new DoctorCheck("disk", "warning", found, "free some, or move AWOC_HOME");
    }

    private static DoctorCheck Cgroup()
    {
        var v2 = File.ReadLines("/proc/mounts").Select(l => l.Split(' ')).FirstOrDefault(f => f.Length > 2 && f[2] == "cgroup2")?[1];
        return v2 is null
            ? new DoctorCheck("kill", "ok", "no cgroup v2: a tree is ended through its subreaper", null)
            : new DoctorCheck("kill", "ok", $"cgroup v2 at {v2} where it can be written, else the subreaper", null);
    }

    private AwocSettings Settings(string cwd, List<DoctorCheck> checks)
    {
        try
        {
            var read = settings.Read(cwd);
            checks.Add(new DoctorCheck("settings", "ok", File.Exists(paths.UserConfig) ? paths.UserConfig : "all at their defaults", null));
            return read;
        }
        catch (SettingsException wrong)
        {
            checks.Add(new DoctorCheck("settings", "error", wrong.Message, "mend the file; until then launches are refused"));
            return new AwocSettings();
        }
    }

    private static DoctorCheck Agent(Core.Agents.IRunner runner, IReadOnlyDictionary<string, string> variables, bool rehearsal, AwocSettings settings)
    {
        var found = AgentRoster.Probe(runner, variables, rehearsal, settings, looksOnly: true);
        var where = found.Executable is { } path ? path : "not installed";
        if (found.Credential is { } credential) where += $"; credential: {credential}";
        return found.CanRun
            ? new DoctorCheck($"agent {runner.Name}", "ok", where, null)
            : new DoctorCheck($"agent {runner.Name}", "warning", where, found.Missing);
    }
}
