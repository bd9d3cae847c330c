namespace Awoc.Rehearsal;

/// <summary>One request as the rehearsal server saw it. Its figures move while it is served and stand still once it has ended.</summary>
public sealed class RecordedRequest
{
    private int _generated;
    private int _ended;

    internal RecordedRequest(long number, string method, string path, DateTimeOffset startedAt) =>
        (Number, Method, Path, StartedAt) = (number, method, path, startedAt);

    /// <summary>From 1, in the order of arrival at this server.</summary>
    public long Number { get; }

    public string Method { get; }

    /// <summary>Path without the query.</summary>
    public string Path { get; }

    public DateTimeOffset StartedAt { get; }

    /// <summary>When it was answered or given up; null while under way.</summary>
    public DateTimeOffset? EndedAt { get; private set; }

    /// <summary>Headers that tell who asks and how: versions, betas, session, agent, retry count, scenario. Never credentials.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; internal set; } = new Dictionary<string, string>();

    /// <summary>The key or bearer token that came with the request, so that a test can tell which one a proxy sent on.</summary>
    public string? Credential { get; internal set; }

    /// <summary>The request's body; null when it had none or is no longer kept.</summary>
    public string? Body { get; internal set; }

    public string? Model { get; internal set; }

    /// <summary>The request's limit on output, in tokens.</summary>
    public int? MaxTokens { get; internal set; }

    public bool Stream { get; internal set; }

    /// <summary>Tools the request gives, callable or not.</summary>
    public int Tools { get; internal set; }

    /// <summary><c>auto</c>, <c>any</c>, <c>tool</c> or <c>none</c>; null where the request names none.</summary>
    public string? ToolChoice { get; internal set; }

    /// <summary>The sub-agent that asks, by the id Claude Code gives it; null for the main thread.</summary>
    public string? AgentId => Headers.GetValueOrDefault("x-claude-code-agent-id");

    /// <summary>The scenario that answered, as chosen; null for the planner by default.</summary>
    public string? Scenario { get; internal set; }

    /// <summary>HTTP status; 0 until the headers are sent.</summary>
    public int Status { get; internal set; }

    /// <summary>The type of the error answered, such as <c>overloaded_error</c>; null for a good answer.</summary>
    public string? Error { get; internal set; }

    /// <summary>Usage as reported, or as it would have been reported had the stream not been cut.</summary>
    public RehearsalUsage? Usage { get; internal set; }

    public string? StopReason { get; internal set; }

    /// <summary>Output tokens generated up to now.</summary>
    public int GeneratedTokens => Volatile.Read(ref _generated);

    /// <summary>The client went away before the answer was whole.</summary>
    public bool ClientDisconnected { get; internal set; }

    /// <summary>The scenario broke the connection off.</summary>
    public bool Cut { get; internal set; }

    /// <summary>Served to its end, cut or given up.</summary>
    public bool HasEnded => Volatile.Read(ref _ended) == 1;

    /// <summary>It asked the model for an answer.</summary>
    public bool IsMessages => Method == "POST" && Path.EndsWith("/v1/messages", StringComparison.Ordinal);

    internal void AddGenerated(int tokens) => Interlocked.Add(ref _generated, tokens);

    internal void End(DateTimeOffset at)
    {
        EndedAt = at;
        Volatile.Write(ref _ended, 1);
    }

    internal long DropBody()
    {
        var freed = Body?.Length ?? 0;
        Body = null;
        return freed;
    }
}
