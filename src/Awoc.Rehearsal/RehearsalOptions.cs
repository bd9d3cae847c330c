using Awoc.Rehearsal.Scenarios;

namespace Awoc.Rehearsal;

/// <summary>How a rehearsal model server behaves. The defaults serve the planner to any client, with or without a key.</summary>
public sealed record RehearsalOptions
{
    /// <summary>
    /// Scenario for requests that choose none themselves, with parameters if it takes any (<c>turns?n=5</c>).
    /// Default: null, the rule-based planner.
    /// </summary>
    public string? Scenario { get; init; }

    /// <summary>Scenarios to offer beside the built-in ones; one of the same name takes the built-in's place.</summary>
    public IReadOnlyList<ScenarioSource> Scenarios { get; init; } = [];

    /// <summary>The only key that is accepted (<c>x-api-key</c> or a bearer token); null accepts any, and none.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Unix socket to listen on in place of loopback TCP; the file is created with mode 0600.</summary>
    public string? SocketPath { get; init; }

    /// <summary>Loopback port; 0, the default, takes a free one. Ignored with <see cref="SocketPath"/>.</summary>
    public int Port { get; init; }

    /// <summary>Clock of delays, cache life and headers.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Conversations whose error counts are remembered; the one touched longest ago is forgotten first.</summary>
    public int MaxConversations { get; init; } = 10_000;

    /// <summary>
    /// Where requests are recorded. Default: a new <see cref="RehearsalLog"/> for a server of its own, and one without bodies
    /// where the server is mapped into another program.
    /// </summary>
    public RehearsalLog? Log { get; init; }
}
