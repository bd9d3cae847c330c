namespace Awoc.AgentHost.Loop;

/// <summary>What the owner of the conversation says, and all that the agent does about it: it ends with one <c>end</c> event.</summary>
/// <param name="isReport">The work is over: one answer in words, without a tool.</param>
internal sealed class Turn(string text, bool isReport = false) : IDisposable
{
    private readonly CancellationTokenSource _interrupt = new();

    public string Text => text;

    public bool IsReport => isReport;

    /// <summary>Canceled when the owner ends this turn; the conversation goes on.</summary>
    public CancellationToken Interrupted => _interrupt.Token;

    public void Interrupt() => _interrupt.Cancel();

    public void Dispose() => _interrupt.Dispose();
}
