using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Core.Lifecycle;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Engine.Endings;
using Awoc.Engine.Shims;

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

    private void OpenGateway(AttemptCredential credential) => ports.Gateway.Open(new GatewayLease
    {
        Task = task.Id,
        Attempt = task.Attempt,
        Token = credential.Token,
        Upstream = credential.Upstream,
        Allowance = new Allowance(Math.Max(0, task.Budget.Tokens - task.Usage.Output)),
        LedgerPath = _attempt.GatewayLedger,
        Changed = record =>
        {
            EndIfRefused(record, credential.Upstream.Auth);
            OnSpent(record);
        },
    });

    /// <summary>
    /// Claude Code asks a key that is refused ten times again, for three minutes. A login of the agent's own is left to it:
    /// it may have to be refreshed.
    /// </summary>
    private void EndIfRefused(GatewayRecord record, UpstreamAuth auth)
    {
        const int Unauthorized = 401;
        if (record.LastStatus == Unauthorized && auth != UpstreamAuth.PassThrough) End(EndJudge.CredentialRefused);
    }

    private void OnSpent(GatewayRecord record)
    {
        var used = task.Usage.Output + record.Usage.Output;
        if (used < task.Budget.Tokens || Interlocked.Exchange(ref _limitReported, 1) != 0) return;
        _ = EndByBudgetAsync(used);
    }

    private async Task EndByBudgetAsync(long used)
    {
        try
        {
            ports.Files.Note(task, $"token budget reached: {used} of {task.Budget.Tokens}");
            await ports.Book.ApplyAsync(
                task.Id, new TaskCommand.ReportLimit(EndReason.Tokens, used, task.Budget.Tokens), CancellationToken.None, task.Fence);
            await System.Threading.Tasks.Task.Delay(s_budgetGrace, ports.Time);
            if (_story.End is null) End(EndCause.Budget);
        }
        catch (StoreException broken)
        {
            LogLimitUnwritten(task.Id, broken.Message);
            End(EndCause.Budget);
        }
    }
}
