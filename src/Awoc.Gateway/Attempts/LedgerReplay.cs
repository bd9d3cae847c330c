using Awoc.Core.Agents;
using Awoc.Core.Budgets;

namespace Awoc.Gateway.Attempts;

/// <summary>
/// What an attempt had spent by its ledger. The connections of the daemon that wrote it died with it, so a grant without a
/// settlement will never have one: it counts in full, or, where the answer was streamed, as <see cref="StreamEstimate"/> has it.
/// </summary>
/// <param name="Record">With the open grants counted.</param>
/// <param name="LastNumber">The highest request number given out.</param>
/// <param name="Unsettled">The grants found open, by number, with what each was counted as.</param>
internal sealed record LedgerReplay(GatewayRecord Record, int LastNumber, IReadOnlyList<KeyValuePair<int, Usage>> Unsettled)
{
    public static LedgerReplay Of(IEnumerable<LedgerLine> lines)
    {
        var record = GatewayRecord.Nothing;
        var grants = new Dictionary<int, long>();
        var streams = new Dictionary<int, long>();
        var last = 0;
        foreach (var line in lines)
        {
            if (line.Refused is not null) record = record with { BudgetRefusals = record.BudgetRefusals + 1 };
            else if (line.N is not { } number) continue;
            else if (line.Usage is { } usage)
            {
                if (grants.Remove(number, out var cap) && cap > 0) record = Settled(record, usage, line.Status, line.Stop, line.Error);
            }
            else if (line.Seen is { } seen)
            {
                if (streams.ContainsKey(number)) streams[number] = seen;
            }
            else if (line.Route is not null)
            {
                var cap = line.Cap ?? 0;
                if (!grants.TryAdd(number, cap)) continue;
                last = Math.Max(last, number);
                if (line.Stream is true) streams[number] = 0;

                // A cap of 0 marks a route that generates nothing.
                if (cap > 0) record = record with { Requests = record.Requests + 1 };
            }
        }

        var unsettled = grants
            .Select(g => KeyValuePair.Create(g.Key, streams.TryGetValue(g.Key, out var seen) ? StreamEstimate.Tokens(seen, g.Value) : g.Value))
            .Select(g => KeyValuePair.Create(g.Key, new Usage(Output: g.Value) { Estimated = g.Value > 0 }))
            .ToList();
        foreach (var (_, usage) in unsettled.Where(u => u.Value.Estimated)) record = Settled(record, usage, null, null, null);
        return new LedgerReplay(record, last, unsettled);
    }

    /// <summary>The record after one more settlement. Words of an earlier answer stand until there are newer ones.</summary>
    public static GatewayRecord Settled(GatewayRecord record, Usage usage, int? status, string? stop, string? error) => record with
    {
        Usage = record.Usage + usage,
        LastStatus = status,
        LastErrorType = error ?? record.LastErrorType,
        LastStopReason = stop ?? record.LastStopReason,
    };
}
