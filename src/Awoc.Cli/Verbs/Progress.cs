using Awoc.Cli.Terminal;
using Awoc.Client;
using Awoc.Client.Wire;

namespace Awoc.Cli.Verbs;

/// <summary>The milestones of what is waited for, one line each, for a person at a terminal.</summary>
internal static class Progress
{
    public static Action<EventView>? To(CliConsole console) => CliConsole.ErrorIsTerminal
        ? e => console.Error.WriteLine(Line(e))
        : null;

    private static string Line(EventView e) => $"{e.At.ToLocalTime():HH:mm:ss}  {TaskWords.Handle(e.Task)}  {e.Kind.Replace('_', ' ')}";
}
