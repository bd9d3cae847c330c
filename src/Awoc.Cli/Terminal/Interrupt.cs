using System.Runtime.InteropServices;

namespace Awoc.Cli.Terminal;

/// <summary>
/// Ctrl-C while something is waited for: the first one detaches, the second ends the program the hard way. Outside a wait
/// Ctrl-C keeps its usual effect.
/// </summary>
internal sealed class Interrupt : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration _registration;

    public Interrupt() => _registration = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
    {
        context.Cancel = !_source.IsCancellationRequested;
        _source.Cancel();
    });

    public CancellationToken Token => _source.Token;

    public bool Happened => _source.IsCancellationRequested;

    public void Dispose()
    {
        _registration.Dispose();
        _source.Dispose();
    }
}
