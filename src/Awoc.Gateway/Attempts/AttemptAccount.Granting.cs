using Awoc.Gateway.Dialects;
using Awoc.Gateway.Prices;

namespace Awoc.Gateway.Attempts;

// From a request's arrival to its grant or refusal.
internal sealed partial class AttemptAccount
{
    /// <summary>Until an answer has told: twice what English text comes to.</summary>
    private const double TokensPerByteUnseen = 0.5;

    private const double Margin = 1.2;

    /// <summary>
    /// Grants a request, and writes the grant down, or says why not. Waits while what is free is too little and others hold
    /// grants that may give some back.
    /// </summary>
    /// <param name="agent">The sub-agent that asks; null for the main thread.</param>
    /// <param name="waitedMs">For how long it waited for its turn at the API, in milliseconds; null where it did not.</param>
    /// <param name="left">Cancelled when the client has left: it then waits no longer.</param>
    /// <exception cref="OperationCanceledException">The client has left.</exception>
    public async ValueTask<Admission> AdmitAsync(ApiRoute route, RequestFacts facts, long bodyBytes, string? agent, double? waitedMs, CancellationToken left)
    {
        HeldRequest? held = null;
        Admission? now = null;
        lock (_gate)
        {
            if (_closed) now = s_over;
            else if (!route.Generates) now = Enter(new CallTerms(_numbers + 1, route, null, facts.Model, 0, Report: false, bodyBytes, null), facts);
            else if (Unpriced(facts, _prices.Find(facts.Model)) is { } refusal) now = refusal;
            else
            {
                held = HeldOf(route, facts, bodyBytes, agent ?? GrantClaim.MainThread) with { WaitedMs = waitedMs };
                _held.Add(held.Claim, held);
                _book.Ask(held.Claim, _time.GetUtcNow());
                RuleLocked();
            }
        }

        Tell();
        if (now is { } ruled) return ruled;
        try
        {
            return await held!.Ruled.WaitAsync(left);
        }
        catch (OperationCanceledException)
        {
            Withdraw(held!);
            throw;
        }
    }

    private HeldRequest HeldOf(ApiRoute route, RequestFacts facts, long bodyBytes, string agent)
    {
        var price = _prices.Find(facts.Model);
        var input = (long)(bodyBytes * (_tokensPerByte > 0 ? _tokensPerByte * Margin : TokensPerByteUnseen)) + 1;
        var claim = new GrantClaim(agent, facts.Cap)
        {
            InputTokens = input,
            InputUsd = price?.OfInput(input, _lease.HourCache || facts.HourCache) ?? 0,
            TokenUsd = price?.PerToken ?? 0,
        };
        return new HeldRequest(claim, route, facts, bodyBytes, price);
    }

    private GatewayRefusal? Unpriced(RequestFacts facts, ModelPrice? price)
    {
        if (_book.Allowance.CostUsd is null || price is not null) return null;
        Write(new LedgerLine { At = _time.GetUtcNow(), Refused = "price" });
        return new GatewayRefusal(GatewayFault.NoPrice,
            $"AWOC: no price is known for model {facts.Model ?? "without a name"}, and the money of task {_lease.Task.Handle} is limited; {_prices.Missing(facts.Model)}");
    }

    /// <summary>The client has left. What was granted in the meantime was not sent, and costs nothing.</summary>
    private void Withdraw(HeldRequest held)
    {
        lock (_gate)
        {
            if (_held.Remove(held.Claim))
            {
                _book.Withdraw(held.Claim);
                RuleLocked();
            }
        }

        if (held.Ruled is { IsCompletedSuccessfully: true, Result.Call: { } call }) Settle(call);
        else Tell();
    }

    private void RuleLocked()
    {
        // A grant that could not be written down is given back, and may then be another's.
        bool again;
        do
        {
            again = false;
            foreach (var ruling in _book.Rule(_time.GetUtcNow()))
            {
                if (!_held.Remove(ruling.Claim, out var held)) throw new InvalidOperationException("a claim without its request");
                var admission = ruling switch
                {
                    GrantRuling.Granted granted => Grant(held, granted),
                    GrantRuling.Refused refused => Refuse(refused),
                    _ => throw new System.Diagnostics.UnreachableException(),
                };
                again |= ruling is GrantRuling.Granted && admission.Call is null;
                held.Admit(admission);
            }
        }
        while (again);
    }

    private Admission Grant(HeldRequest held, GrantRuling.Granted granted)
    {
        var terms = new CallTerms(
            _numbers + 1, held.Route, held.Claim, held.Facts.Model, granted.Cap, granted.Report, held.BodyBytes, held.Price);
        var admission = Enter(terms, held.Facts, held.WaitedMs);
        if (admission.Call is null) _book.Settle(held.Claim, Core.Budgets.Usage.Zero, answered: false);
        return admission;
    }

    private Admission Enter(CallTerms terms, RequestFacts facts, double? waitedMs = null)
    {
        var line = new LedgerLine
        {
            N = terms.Number,
            At = _time.GetUtcNow(),
            Route = terms.Route.Name,
            Model = terms.Model,
            Agent = terms.Claim is { Agent.Length: > 0 } claim ? claim.Agent : null,
            Cap = terms.Route.Generates ? terms.Cap : null,
            Asked = facts.Cap > terms.Cap ? facts.Cap : null,
            Report = terms.Report ? true : null,
            WaitedMs = waitedMs,
            Stream = facts.Streams ? true : null,
            InputTokens = terms.Claim?.InputTokens,
            InputUsd = terms.Price is null ? null : terms.Claim?.InputUsd,
            TokenUsd = terms.Price is null ? null : terms.Claim?.TokenUsd,
        };
        if (!Write(line))
        {
            return new GatewayRefusal(GatewayFault.NotRecordable,
                $"AWOC: the gateway's ledger of task {_lease.Task.Handle} cannot be written (is the disk full?): nothing is forwarded until it can");
        }

        var call = new AttemptCall(terms, _time, NoteTraffic, facts.Streams ? NoteProgress : null)
        {
            Begun = terms.Route.Generates && line.Agent is null && !terms.Report ? _lease.Begun : null,
        };
        _numbers++;
        _open.Add(call.Number, call);
        if (terms.Route.Generates) _record = _record with { Requests = _record.Requests + 1, OpenRequests = _record.OpenRequests + 1 };
        return new Admission(call, null);
    }

    private GatewayRefusal Refuse(GrantRuling.Refused refused)
    {
        var words = LimitWords.Of(refused.Limit, _lease.Task.Handle, _book, refused.Claim, _record.Spent);
        _record = _record with
        {
            BudgetRefusals = _record.BudgetRefusals + 1,
            Spent = _record.Spent ?? (_book.Reporting ? null : LimitWords.ReasonOf(refused.Limit)),
        };
        Write(new LedgerLine { At = _time.GetUtcNow(), Refused = LimitWords.Word(refused.Limit) });
        _changes.Enqueue(Snapshot());
        return new GatewayRefusal(GatewayFault.BudgetSpent, words);
    }

    private void DropHeld()
    {
        foreach (var (claim, held) in _held)
        {
            _book.Withdraw(claim);
            held.Admit(s_over);
        }

        _held.Clear();
    }
}
