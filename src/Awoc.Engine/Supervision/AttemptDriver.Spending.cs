using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Core.Pacing;
using Awoc.Engine.Budgets;
using Awoc.Engine.Endings;

namespace Awoc.Engine.Supervision;

// What the agent spends at the gateway, and what follows from it.
public sealed partial class AttemptDriver
{
    private void Adopt(IReadOnlyDictionary<string, string> held)
    {
        ports.Vault.Put(task.Id, AttemptCredential.Secrets(held));
        if (AttemptCredential.From(held) is { } credential) OpenGateway(credential);
        _ready.TrySetResult();
    }

    private void OpenGateway(AttemptCredential credential)
    {
        _account = LaneKey.AccountOf(credential.Upstream);
        ports.Gateway.Open(LeaseOf(credential));
    }

    private GatewayLease LeaseOf(AttemptCredential credential) => new()
    {
        Task = task.Id,
        Attempt = task.Attempt,
        Token = credential.Token,
        Upstream = credential.Upstream,
        Allowance = AllowanceOf(_budget),
        LedgerPath = _attempt.GatewayLedger,
        WirePath = task.Spec.RecordWire ? _attempt.Wire : null,
        HourCache = ports.Contexts.Of(task.Id)?.ForAnHour ?? false,
        Begun = answer => ports.Contexts.Begun(task.Id, answer),
        Changed = record =>
        {
            EndIfRefused(record, credential.Upstream.Auth);
            Nudge();
        },
    };

    private Allowance AllowanceOf(Budget budget) => ports.Pools.AllowanceFor(task with { Budget = budget });

    /// <summary>Other limits from now on, already committed: the gateway at once, the shim's deadline with the next look.</summary>
    public void ChangeBudget(Budget budget)
    {
        _budget = budget;
        ports.Gateway.SetAllowance(task.Id, task.Attempt, AllowanceOf(budget));
        Nudge();
    }

    /// <summary>Something has changed: have a look. Returns at once.</summary>
    private void Nudge() => _signals?.Nudge();

    /// <summary>
    /// Claude Code asks a key that is refused ten times again, for three minutes. A login of the agent's own is left to it:
    /// it may have to be refreshed.
    /// </summary>
    private void EndIfRefused(GatewayRecord record, UpstreamAuth auth)
    {
        const int Unauthorized = 401;
        if (record.LastStatus == Unauthorized && auth != UpstreamAuth.PassThrough) End(EndJudge.CredentialRefused);
    }
}
