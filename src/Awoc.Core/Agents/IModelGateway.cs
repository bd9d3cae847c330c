using Awoc.Core.Budgets;
using Awoc.Core.Tasks;

namespace Awoc.Core.Agents;

/// <summary>The engine's side of the gateway: attempts come and go, and what they spend is told.</summary>
public interface IModelGateway
{
    /// <summary>
    /// Lets requests with the attempt's token through from now on. Reads the ledger file first, so that an adopted attempt
    /// goes on from what it had spent; a grant found open there is settled at its cap and marked estimated.
    /// </summary>
    void Open(GatewayLease lease);

    /// <summary>What the attempt has spent so far; null when it is not open.</summary>
    GatewayRecord? Find(TaskId task, int attempt);

    /// <summary>The token is dead from here on. Requests still under way are settled. Idempotent.</summary>
    GatewayRecord? Close(TaskId task, int attempt);

    /// <summary>
    /// What an attempt had spent by its ledger file, for one that ended while no daemon was there; a grant found open counts in full.
    /// </summary>
    GatewayRecord ReadLedger(string ledgerPath);
}

/// <summary>One attempt's right to call a model.</summary>
public sealed record GatewayLease
{
    public required TaskId Task { get; init; }
    public required int Attempt { get; init; }
    public required string Token { get; init; }
    public required ModelUpstream Upstream { get; init; }

    /// <summary>Output tokens this attempt may still have generated; a request that comes when they are spent is refused.</summary>
    public required long MaxOutputTokens { get; init; }

    /// <summary>Absolute path of the attempt's <c>gateway.jsonl</c>: written before a request is forwarded and when it settles.</summary>
    public required string LedgerPath { get; init; }

    /// <summary>Called after each settlement and each refusal, on the gateway's thread: must return at once.</summary>
    public required Action<GatewayRecord> Changed { get; init; }

    public override string ToString() => $"lease of task {Task.Handle}, attempt {Attempt}";
}

/// <param name="Usage">Settled so far, over all requests of the attempt.</param>
/// <param name="Requests">Requests forwarded.</param>
/// <param name="OpenRequests">Of these, not yet settled.</param>
/// <param name="BudgetRefusals">Requests answered 400 because the token budget was spent.</param>
/// <param name="LastStatus">HTTP status of the last settled request; null when it had none (connection refused, cut).</param>
/// <param name="LastErrorType">The API's error type of the last failed request, such as <c>overloaded_error</c>.</param>
/// <param name="LastStopReason">The <c>stop_reason</c> of the last answer.</param>
public sealed record GatewayRecord(
    Usage Usage, int Requests, int OpenRequests, int BudgetRefusals, int? LastStatus, string? LastErrorType, string? LastStopReason);
