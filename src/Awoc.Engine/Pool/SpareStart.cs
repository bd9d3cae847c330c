using Awoc.Core.Agents;
using Awoc.Core.Tasks;
using Awoc.Engine.Homes;
using Awoc.Engine.Shims;
using Awoc.Engine.Supervision;

namespace Awoc.Engine.Pool;

/// <summary>All that a spare is started from, and that a claim is compared with.</summary>
/// <param name="Snapshot">What it reads when it starts.</param>
internal sealed record SpareStart(
    string Key, LaunchSubject Subject, AttemptFolder Folder, WarmUp WarmUp, string Snapshot, LaunchMaterial Material, string Token, string Session)
{
    private const string FirstLines = "warm-up";

    /// <summary>Like the latest launch of its kind, but for no task. Null where such a launch would not be of that kind (any more).</summary>
    public static async Task<SpareStart?> MakeAsync(EnginePorts ports, SpareKey keys, string key, LaunchSubject like, CancellationToken cancellation)
    {
        var id = TaskId.New(ports.Time);
        var folder = ports.Paths.Spare(id);
        var subject = like with
        {
            Task = id,
            Attempt = 1,
            HasTask = false,
            Prompt = "",
            Resume = null,
            Directory = folder.Path,
            StagingPath = folder.Staging(like.Spec.Output),
        };
        if (keys.Of(ports, subject) is not var (own, warmUp) || own != key) return null;
        if (await StartSnapshot.TakeAsync(warmUp, subject.Spec.Cwd, subject.Spec.Environment, ports.Time, cancellation) is not { } snapshot) return null;
        var (token, session) = (AttemptSetup.NewToken(), AttemptSetup.NewSession());
        return new SpareStart(key, subject, folder, warmUp, snapshot, LaunchMaterial.Of(ports, subject, token, session), token, session);
    }

    /// <summary>Durable when it returns, so that whatever is started is found again.</summary>
    public void Write(EnginePorts ports)
    {
        var first = Path.Combine(Folder.Path, FirstLines);
        File.WriteAllText(first, string.Concat(WarmUp.Lines.Select(line => line + "\n")));
        new ShimSpec
        {
            Store = ports.Book.Store.StoreId,
            Task = Subject.Task.Value,
            Attempt = Subject.Attempt,
            Fence = 0,
            Argv = Material.Plan.Argv,
            Cwd = Subject.Spec.Cwd,
            Env = Material.Environment,
            StdinFile = first,
            KeepStdin = true,
            Ladder = Material.Ladder(),
            Socket = Folder.Socket,
            Gateway = ports.Paths.GatewaySocket,
            LogLimit = AttemptSetup.LogLimit,
            NeedsSecret = Material.Prepared.NeedsSecret,
            Spare = true,
            Daemon = ports.Daemon,
        }.Write(Folder.Path);
    }

    /// <summary>A record prints its members: token and secrets are to stay out of every log.</summary>
    public override string ToString() => $"spare {Subject.Task.Handle}: {Subject}";
}
