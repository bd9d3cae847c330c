using Awoc.Cli.CommandLine;
using Awoc.Cli.Terminal;

using var console = new CliConsole();
return await CommandLineRunner.RunAsync(args, console);
