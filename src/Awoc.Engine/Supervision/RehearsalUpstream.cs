using Awoc.Core.Agents;
using Awoc.Core.Tasks;
using Awoc.Engine.Launching;

namespace Awoc.Engine.Supervision;

/// <summary>Where rehearsed model calls go: a unix socket, and the path under which the rehearsal server answers there.</summary>
public sealed record RehearsalUpstream(string Socket, string PathPrefix)
{
    // The server takes any key; this one says what it is wherever it should turn up.
    private const string Key = "rehearsal";

    /// <summary><c>--model rehearsal/NAME</c> plays the scenario NAME; any other rehearsed model is served by the planner.</summary>
    public ModelUpstream For(TaskSpec spec)
    {
        var scenario = spec.Model?.Split('/', 2) is [Launcher.RehearsalModel, var name] ? $"/s/{Uri.EscapeDataString(name)}" : "";
        return new ModelUpstream(new Uri($"unix://{Escape(Socket)}?path={PathPrefix}{scenario}"), UpstreamAuth.ApiKey, Key);
    }

    private static string Escape(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
}
