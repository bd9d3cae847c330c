using Awoc.Core.Budgets;

namespace Awoc.Gateway.Attempts;

internal sealed partial class AttemptAccount
{
    /// <summary>
    /// Goes on from what an earlier daemon wrote. Its connections died with it, so a grant without a settlement will never
    /// have one: it counts in full.
    /// </summary>
    private void Replay()
    {
        var grants = new Dictionary<int, long>();
        foreach (var line in _ledger.Replay())
        {
            if (line.Refused is not null) _record = _record with { BudgetRefusals = _record.BudgetRefusals + 1 };
            else if (line.N is not { } number) continue;
            else if (line.Usage is null)
            {
                if (line.Route is not null && grants.TryAdd(number, line.Cap ?? 0)) ReplayGrant(number, line.Cap ?? 0);
            }
            else if (grants.Remove(number, out var cap) && cap > 0) Apply(line.Usage, line.Status, line.Stop, line.Error);
        }

        foreach (var (number, cap) in grants)
        {
            var usage = new Usage(Output: cap) { Estimated = cap > 0 };
            if (cap > 0) Apply(usage, null, null, null);
            Write(new LedgerLine { N = number, At = _time.GetUtcNow(), Usage = usage, Estimated = usage.Estimated });
        }
    }

    private void ReplayGrant(int number, long cap)
    {
        _numbers = Math.Max(_numbers, number);

        // A cap of 0 marks a route that generates nothing.
        if (cap > 0) _record = _record with { Requests = _record.Requests + 1 };
    }
}
