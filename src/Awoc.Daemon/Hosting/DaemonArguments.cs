namespace Awoc.Daemon.Hosting;

internal abstract record DaemonArguments
{
    private DaemonArguments()
    {
    }

    /// <param name="Home">Absolute.</param>
    /// <param name="Detach">Leave the caller's session and terminal as soon as the daemon serves.</param>
    public sealed record Serve(string Home, bool Detach) : DaemonArguments;

    public sealed record Version : DaemonArguments;

    public sealed record Wrong(string Why) : DaemonArguments;

    public static DaemonArguments Parse(ReadOnlySpan<string> args)
    {
        string? home = null;
        var detach = false;
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--version":
                    return new Version();
                case "--detach":
                    detach = true;
                    break;
                case "--home" when i + 1 < args.Length && args[i + 1].Length > 0:
                    home = Path.TrimEndingDirectorySeparator(Path.GetFullPath(args[++i]));
                    break;
                case var other:
                    return new Wrong($"'{other}' is not understood");
            }
        }

        return home is null ? new Wrong("--home is missing") : new Serve(home, detach);
    }
}
