using Awoc.Cli.CommandLine;
using Awoc.Cli.Terminal;
using Awoc.Client;

if (args is ["--version"])
{
    // The only verb that scripts call in a loop: nothing else is set up for it.
    StandardStreams.OpenOutput().Write(System.Text.Encoding.UTF8.GetBytes($"awoc {ClientVersion.Text}\n"));
    return ExitCodes.Succeeded;
}

using var console = new CliConsole();
return await CommandLineRunner.RunAsync(args, console);
