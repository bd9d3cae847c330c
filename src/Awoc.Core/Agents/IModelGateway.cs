using Awoc.Core.Budgets;
using Awoc.Core.Pacing;
using Awoc.Core.Tasks;

namespace Awoc.Core.Agents;

/// <summary>The engine's side of the gateway: attempts come and go, and what they spend is told.</summary>
public interface IModelGateway
{
    /// <summary>
    /// Lets requests with the attempt's token through from now on. Reads the ledger file first, so that an adopted attempt
    /// goes on from what it had spent; a grant found open there is settled at its cap and marked estimated.
    /// </summary>
    /// <exception cref="ArgumentException">The upstream or its credential cannot be used; the message says why, without the secret.</exception>
    void Open(GatewayLease lease);

    /// <summary>
    /// The work is over: from here on the main thread alone may draw on what is left, the report's share among it, with no
    /// tools (<c>tool_choice: none</c>); sub-agents are refused. Written to the ledger, so that it holds for the next daemon too. Idempotent.
    /// </summary>
    void BeginReport(TaskId task, int attempt);

    /// <summary>Other limits from now on; work that was refused may go on, if no report was begun.</summary>
    void SetAllowance(TaskId task, int attempt, Allowance allowance);

    /// <summary>What the attempt has spent so far; null when it is not open.</summary>
    GatewayRecord? Find(TaskId task, int attempt);

    /// <summary>
    /// What an attempt that is not open had spent, by its ledger file: one that ended while no daemon was there. A file that
    /// does not exist stands for an attempt that called no model.
    /// </summary>
    GatewayRecord Read(string ledgerPath);

    /// <summary>Where money is limited, a model without a price is refused.</summary>
    /// <param name="model">As an agent names it to the API.</param>
    /// <returns>What to do for a price, as words after "no price is known"; null when there is one.</returns>
    string? MissingPrice(string model);

    /// <summary>The token is dead from here on. Requests still under way are settled. Idempotent.</summary>
    GatewayRecord? Close(TaskId task, int attempt);

    /// <summary>How the lanes stand that requests went through, by account and model.</summary>
    IReadOnlyList<LaneState> Lanes { get; }

    /// <summary>Tells somebody of what answers say of limits, from now on.</summary>
    void Watch(ILimitObserver observer);

    /// <summary>No request of this account starts before then: those that come wait, as for a window that the API said is closed.</summary>
    /// <param name="account">As <see cref="LaneKey.AccountOf"/> makes it.</param>
    /// <param name="model">A part of the names of the models that it is about; null for all.</param>
    void CloseLanes(string account, string? model, DateTimeOffset until);

    /// <summary>What was closed is open before its time.</summary>
    void OpenLanes(string account, string? model);
}

/// <summary>One attempt's right to call a model.</summary>
public sealed record GatewayLease
{
    public required TaskId Task { get; init; }
    public required int Attempt { get; init; }
    public required string Token { get; init; }
    public required ModelUpstream Upstream { get; init; }

    public required Allowance Allowance { get; init; }

    /// <summary>Absolute path of the attempt's <c>wire.jsonl</c>, where requests and answers are kept, redacted; null keeps none.</summary>
    public string? WirePath { get; init; }

    /// <summary>Absolute path of the attempt's <c>gateway.jsonl</c>: written before a request is forwarded and when it settles.</summary>
    public required string LedgerPath { get; init; }

    /// <summary>Called after each settlement and each refusal, and when a request waits for a closed window, on the gateway's thread: must return at once.</summary>
    public required Action<GatewayRecord> Changed { get; init; }

    /// <summary>
    /// Called when the first byte of an answer to the main thread has come, with each of its requests that succeeds: what the
    /// request wrote to the provider's cache can be read from then on. On the gateway's thread: must return at once. Null: nobody asks.
    /// </summary>
    public Action<AnswerBegun>? Begun { get; init; }

    /// <summary>Its agent marks what it sends to be kept in the provider's cache for an hour, which costs more to write.</summary>
    public bool HourCache { get; init; }

    public override string ToString() => $"lease of task {Task.Handle}, attempt {Attempt}";
}

/// <param name="RequestBytes">Length of the request's body as the agent sent it.</param>
public readonly record struct AnswerBegun(long RequestBytes);

/// <summary>What one attempt may have generated and may cost; null is not limited.</summary>
/// <param name="Tokens">Output tokens in all, the report's share among them; <see cref="BudgetSplit"/> parts them.</param>
/// <param name="InputTokens">Input by <see cref="Usage.WeightedInput"/>.</param>
/// <param name="CostUsd">By the price list; a model that has no price is refused where this is set.</param>
/// <param name="Turns">Answers of the model.</param>
public sealed record Allowance(long Tokens, long? InputTokens = null, decimal? CostUsd = null, int? Turns = null);

/// <param name="Usage">Settled so far, over all requests of the attempt.</param>
/// <param name="Requests">Requests forwarded.</param>
/// <param name="OpenRequests">Of these, not yet settled.</param>
/// <param name="BudgetRefusals">Requests answered 400 because a budget was spent.</param>
/// <param name="LastStatus">HTTP status of the last settled request; null when it had none (connection refused, cut).</param>
/// <param name="LastErrorType">The API's error type of the last failed request, such as <c>overloaded_error</c>.</param>
/// <param name="LastStopReason">The <c>stop_reason</c> of the last answer.</param>
public sealed record GatewayRecord(
    Usage Usage, int Requests, int OpenRequests, int BudgetRefusals, int? LastStatus, string? LastErrorType, string? LastStopReason)
{
    public static GatewayRecord Nothing { get; } = new(Usage.Zero, 0, 0, 0, null, null, null);

    /// <summary>The budget that was met first: <see cref="EndReason.Tokens"/>, <see cref="EndReason.InputTokens"/>, <see cref="EndReason.Cost"/> or <see cref="EndReason.Turns"/>.</summary>
    public EndReason? Spent { get; init; }

    /// <summary><see cref="IModelGateway.BeginReport"/> was called, in this daemon or an earlier one.</summary>
    public bool Reporting { get; init; }

    /// <summary>Output tokens that the report turn generated.</summary>
    public long ReportTokens { get; init; }

    /// <summary>Answers of the model to the work: requests settled with a success, but for the report's.</summary>
    public int Turns { get; init; }

    /// <summary>Requests that wait for a sibling's grant to be settled.</summary>
    public int Held { get; init; }

    /// <summary>Requests that wait for their turn at the model API: for its pace, or for a window that is closed.</summary>
    public int Paced { get; init; }

    /// <summary>When the closed window opens that some of <see cref="Paced"/> wait for; null when none is closed.</summary>
    public DateTimeOffset? OpensAt { get; init; }

    /// <summary>When the last byte of an answer came or a request was sent, by the machine's clock; null before the first.</summary>
    public DateTimeOffset? LastTrafficAt { get; init; }

    /// <summary>When the upstream said its limit resets (<c>retry-after</c>, <c>anthropic-ratelimit-*-reset</c>) with its last refusal; null when it did not say.</summary>
    public DateTimeOffset? ResetsAt { get; init; }

    /// <summary>Models whose price is not known: the cost leaves them out.</summary>
    public IReadOnlyList<string> Unpriced { get; init; } = [];
}
