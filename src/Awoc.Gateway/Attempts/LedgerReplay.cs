using Awoc.Core.Agents;
using Awoc.Core.Budgets;

namespace Awoc.Gateway.Attempts;

/// <summary>
/// What an attempt had spent by its ledger. The connections of the daemon that wrote it died with it, so a grant without a
/// settlement will never have one: it counts in full, or, where the answer was streamed, as <see cref="StreamEstimate"/> has it.
/// </summary>
internal sealed class LedgerReplay
{
    private readonly Dictionary<int, LedgerLine> _grants = [];
    private readonly Dictionary<int, long> _seen = [];
    private readonly HashSet<int> _unreadable = [];
    private readonly List<KeyValuePair<int, Usage>> _unsettled = [];

    private LedgerReplay()
    {
    }

    /// <summary>With the open grants counted.</summary>
    public GatewayRecord Record { get; private set; } = GatewayRecord.Nothing;

    /// <summary>The highest request number given out.</summary>
    public int LastNumber { get; private set; }

    /// <summary>The grants found open, by number, with what each was counted as.</summary>
    public IReadOnlyList<KeyValuePair<int, Usage>> Unsettled => _unsettled;

    public static LedgerReplay Of(IEnumerable<LedgerLine> lines)
    {
        var replay = new LedgerReplay();
        foreach (var line in lines) replay.Take(line);
        foreach (var (number, grant) in replay._grants) replay.SettleOpen(number, grant);
        return replay;
    }

    /// <summary>The record after one more settlement. Words of an earlier answer stand until there are newer ones.</summary>
    /// <param name="unpriced">The model, where no price of it is known.</param>
    public static GatewayRecord Settled(GatewayRecord record, LedgerLine line, Usage usage, bool report, string? unpriced) => record with
    {
        Usage = record.Usage + usage,
        LastStatus = line.Status,
        LastErrorType = line.Error ?? record.LastErrorType,
        LastStopReason = line.Stop ?? record.LastStopReason,
        Turns = record.Turns + (!report && line.Status is >= 200 and <= 299 ? 1 : 0),
        ReportTokens = record.ReportTokens + (report ? usage.Output : 0),
        ResetsAt = line.Status is 429 or 529 ? line.ResetsAt : record.ResetsAt,
        Unpriced = unpriced is null || usage == Usage.Zero || record.Unpriced.Contains(unpriced) ? record.Unpriced : [.. record.Unpriced, unpriced],
    };

    private void Take(LedgerLine line)
    {
        if (line.Refused is { } refused) Refused(refused);
        else if (line.N is not { } number) Record = Record with { Reporting = Record.Reporting || line.Report is true };
        else if (line.Usage is { } usage)
        {
            if (_grants.Remove(number, out var grant)) Settle(grant, line, usage);
        }
        else if (line.Seen is { } seen) _seen[number] = seen;
        else if (line.Unreadable is true) _unreadable.Add(number);
        else if (line.Route is not null) Granted(number, line);
    }

    private void Refused(string word)
    {
        if (word == "price") return;
        Record = Record with
        {
            BudgetRefusals = Record.BudgetRefusals + 1,
            Spent = Record.Spent ?? (Record.Reporting ? null : LimitWords.ReasonOf(word)),
        };
    }

    private void Granted(int number, LedgerLine line)
    {
        if (!_grants.TryAdd(number, line)) return;
        LastNumber = Math.Max(LastNumber, number);
        if (Generates(line)) Record = Record with { Requests = Record.Requests + 1 };
    }

    private void SettleOpen(int number, LedgerLine grant)
    {
        var cap = grant.Cap ?? 0;
        var output = grant.Stream is true && !_unreadable.Contains(number) ? StreamEstimate.Tokens(_seen.GetValueOrDefault(number), cap) : cap;
        var usage = new Usage(Output: output, Input: grant.InputTokens ?? 0)
        {
            Estimated = Generates(grant),
            CostUsd = Generates(grant) && grant.TokenUsd is { } token ? (grant.InputUsd ?? 0) + (output * token) : null,
        };
        _unsettled.Add(KeyValuePair.Create(number, usage));
        Settle(grant, new LedgerLine(), usage);
    }

    private void Settle(LedgerLine grant, LedgerLine line, Usage usage)
    {
        if (Generates(grant)) Record = Settled(Record, line, usage, grant.Report is true, grant.TokenUsd is null ? grant.Model ?? "" : null);
    }

    /// <summary>Where nothing can be generated there is no cap; a cap of 0 is that of a request that asks for its input alone (<c>max_tokens: 0</c>).</summary>
    private static bool Generates(LedgerLine grant) => grant.Cap is not null;
}
