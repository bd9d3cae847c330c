using Awoc.Daemon.Hosting;
using Awoc.Daemon.Rehearsing;
using Awoc.Rehearsal;

// awocd serves one home. People reach it through awoc, which starts it: this door takes only what awoc passes on.
if (args is ["rehearse", .. var rest])
{
    using var interrupted = new ConsoleInterrupt();
    return await RehearsalCommand.RunAsync(rest, Console.Out, Console.Error, new RecordedTasks(), interrupted.Token);
}

switch (DaemonArguments.Parse(args))
{
    case DaemonArguments.Serve serve:
        return await DaemonProcess.RunAsync(serve);
    case DaemonArguments.Version:
        Console.WriteLine($"awocd {Awoc.Client.ClientVersion.Text}");
        return 0;
    case DaemonArguments.Wrong wrong:
        Console.Error.WriteLine($"awocd: {wrong.Why}. Usage: awocd --home DIR [--detach] | awocd rehearse … | awocd --version");
        return Awoc.Client.ExitCodes.Usage;
    default:
        throw new System.Diagnostics.UnreachableException();
}
