using Awoc.Core.Agents;
using Awoc.Core.Budgets;

namespace Awoc.Gateway.Attempts;

/// <summary>
/// Shares an attempt's limits among its requests: reserved before, settled after, so that however many run side by side
/// nothing is overdrawn. Pure: no clock, no I/O, no lock; the account that holds it brings all three.
/// </summary>
/// <remarks>
/// A claim waits only while another holds a grant, and every settlement is followed by <see cref="Rule"/>: a claim can
/// never wait for nobody.
/// </remarks>
internal sealed class GrantBook(Allowance allowance)
{
    /// <summary>Of a scarce share each agent gets this much at least, while it lasts: less is not worth its input.</summary>
    private const long LeastShare = 512;

    private static readonly TimeSpan s_memory = TimeSpan.FromMinutes(1);

    private readonly List<GrantClaim> _waiting = [];
    private readonly Dictionary<GrantClaim, Hold> _open = [];
    private readonly Dictionary<string, DateTimeOffset> _seen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _lastGrant = new(StringComparer.Ordinal);
    private long _grants;

    public Allowance Allowance { get; set; } = allowance;
    public Usage Settled { get; private set; } = Usage.Zero;
    public int Turns { get; private set; }
    public bool Reporting { get; set; }
    public int Waiting => _waiting.Count;
    public long OpenTokens { get; private set; }
    public decimal OpenUsd { get; private set; }

    /// <summary>What is kept for the report.</summary>
    public long ReportShare => BudgetSplit.Of(Allowance.Tokens).Report;

    /// <summary>Tokens that neither a settlement nor an open grant has taken: of the work's share, or of everything once the report has begun.</summary>
    public long Left => (Reporting ? Allowance.Tokens : BudgetSplit.Of(Allowance.Tokens).Work) - Settled.Output - OpenTokens;

    /// <summary>Of money a quarter is kept for the report, as it is of tokens.</summary>
    private decimal LeftUsd => (Allowance.CostUsd ?? 0) * (Reporting ? 1m : 0.75m) - (Settled.CostUsd ?? 0) - OpenUsd;

    /// <summary>What a daemon before this one has written down.</summary>
    public void Restore(Usage settled, int turns, bool reporting) => (Settled, Turns, Reporting) = (settled, turns, reporting);

    /// <summary>Takes a claim in. <see cref="Rule"/> says what becomes of it.</summary>
    public void Ask(GrantClaim claim, DateTimeOffset now)
    {
        _seen[claim.Agent] = now;
        _waiting.Add(claim);
    }

    /// <summary>Whoever asked has left.</summary>
    public void Withdraw(GrantClaim claim) => _waiting.Remove(claim);

    /// <summary>Gives a grant back and counts what was used of it. A server that generated more than it was allowed counts as told.</summary>
    /// <param name="answered">The model answered: a turn, but for the report's, which comes on top.</param>
    /// <param name="last">The agent has no reason to ask again.</param>
    public void Settle(GrantClaim claim, Usage usage, bool answered, bool last = false)
    {
        if (!_open.Remove(claim, out var hold)) return;
        OpenTokens -= hold.Cap;
        OpenUsd -= hold.Usd;
        Settled += usage;
        if (answered && !Reporting) Turns++;

        // A sub-agent that has ended must not keep a share from those that go on; the main thread goes on when its sub-agents have ended.
        if (last && claim.Agent != GrantClaim.MainThread && !IsAtWork(claim.Agent)) _seen.Remove(claim.Agent);
    }

    /// <summary>Decides what can be decided now; to be called after anything has changed.</summary>
    public IReadOnlyList<GrantRuling> Rule(DateTimeOffset now)
    {
        Forget(now);
        var rulings = new List<GrantRuling>();

        // The first that has to wait keeps those behind it waiting: smaller claims passing it by would starve it.
        while (Next() is { } claim && Judge(claim) is { } ruling)
        {
            _waiting.Remove(claim);
            if (ruling is GrantRuling.Granted granted) Reserve(granted);
            rulings.Add(ruling);
        }

        return rulings;
    }

    /// <summary>The limit that stands in the way of more work; null when there is room.</summary>
    public GrantLimit? Met()
    {
        if (Allowance.Turns is { } turns && Turns + _open.Count >= turns) return GrantLimit.Turns;
        if (Allowance.InputTokens is { } input && Settled.WeightedInput >= input) return GrantLimit.InputTokens;
        if (Allowance.CostUsd is not null && LeftUsd <= 0) return GrantLimit.Cost;
        return Left < (IsFirst ? 1 : BudgetSplit.WorkFloor) ? GrantLimit.Tokens : null;
    }

    /// <summary>A budget of a few tokens still has one try: nothing has been generated and nothing is about to be.</summary>
    private bool IsFirst => Settled.Output == 0 && _open.Count == 0;

    /// <summary>
    /// Agents take turns: whoever was granted something longest ago is first, then whoever came first. What can only be
    /// refused is got out of the way before.
    /// </summary>
    private GrantClaim? Next() => _waiting
        .OrderBy(c => Reporting && c.Agent != GrantClaim.MainThread ? 0 : 1)
        .ThenBy(c => _lastGrant.GetValueOrDefault(c.Agent))
        .FirstOrDefault();

    /// <returns>Null: it has to wait for a settlement.</returns>
    private GrantRuling? Judge(GrantClaim claim)
    {
        if (Reporting && claim.Agent != GrantClaim.MainThread) return new GrantRuling.Refused(claim, GrantLimit.Report);

        // The report's turn and its input come on top: a limit that forbade the report would leave nothing to show.
        if (!Reporting && Allowance.Turns is { } turns)
        {
            if (Turns >= turns) return new GrantRuling.Refused(claim, GrantLimit.Turns);
            // One under way may come to nothing: only answers are turns.
            if (Turns + _open.Count >= turns) return null;
        }

        if (!Reporting && Allowance.InputTokens is { } input && Settled.WeightedInput >= input) return new GrantRuling.Refused(claim, GrantLimit.InputTokens);

        var least = Math.Min(claim.Asked, Reporting || IsFirst ? 1 : BudgetSplit.WorkFloor);
        if (Left < least) return WaitOr(claim, GrantLimit.Tokens);
        var affordable = Affordable(claim);
        if (affordable < Math.Min(claim.Asked, BudgetSplit.WorkFloor)) return WaitOr(claim, GrantLimit.Cost);

        var share = Reporting ? Left : Math.Max(LeastShare, Left / Math.Max(1, _seen.Count));
        var cap = Math.Min(Math.Min(claim.Asked, affordable), Math.Min(Left, share));
        return new GrantRuling.Granted(claim, cap, Reporting);
    }

    private GrantRuling.Refused? WaitOr(GrantClaim claim, GrantLimit limit) => _open.Count > 0 ? null : new GrantRuling.Refused(claim, limit);

    /// <summary>Tokens that what is left of the money pays for, the input paid first; below 0 when it does not pay for that.</summary>
    private long Affordable(GrantClaim claim)
    {
        if (Allowance.CostUsd is null) return long.MaxValue;
        var left = LeftUsd - claim.InputUsd;
        if (left < 0) return -1;
        return claim.TokenUsd == 0 || left / Budget.MaxTokens >= claim.TokenUsd ? long.MaxValue : (long)(left / claim.TokenUsd);
    }

    private void Reserve(GrantRuling.Granted granted)
    {
        var (claim, cap) = (granted.Claim, granted.Cap);
        var hold = new Hold(cap, claim.InputUsd + (cap * claim.TokenUsd));
        _open.Add(claim, hold);
        OpenTokens += hold.Cap;
        OpenUsd += hold.Usd;
        _lastGrant[claim.Agent] = ++_grants;
    }

    private void Forget(DateTimeOffset now)
    {
        foreach (var (agent, at) in _seen)
        {
            if (now - at > s_memory && !IsAtWork(agent)) _seen.Remove(agent);
        }

        // Whoever is forgotten here comes back as one that was never served, which is as it should be after a minute.
        foreach (var agent in _lastGrant.Keys)
        {
            if (!_seen.ContainsKey(agent)) _lastGrant.Remove(agent);
        }
    }

    private bool IsAtWork(string agent) => _waiting.Exists(c => c.Agent == agent) || _open.Keys.Any(c => c.Agent == agent);

    private readonly record struct Hold(long Cap, decimal Usd);
}
