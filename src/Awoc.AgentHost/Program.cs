using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Awoc.AgentHost;
using Awoc.AgentHost.Loop;
using Awoc.AgentHost.Protocol;
using Awoc.AgentHost.Schemas;
using Awoc.AgentHost.Tools;

if (args is ["--version"])
{
    Console.WriteLine(Versions.Own);
    return 0;
}

if (args is ["check-json"]) return await CheckCommand.RunAsync(Console.OpenStandardInput(), Console.OpenStandardOutput());

if (args is not ["run"])
{
    Console.Error.WriteLine("awoc-agent: 'awoc-agent run' takes its configuration as a line of JSON on standard input; AWOC starts it by itself");
    return 2;
}

using var stop = new CancellationTokenSource();
using var onTerm = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var onInt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);

var input = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false));
var events = new EventWriter(Console.OpenStandardOutput());
RunConfig? config;
try
{
    var line = await input.ReadLineAsync(stop.Token);
    config = JsonSerializer.Deserialize(line ?? "", ProtocolJson.Default.RunConfig);
}
catch (JsonException fault)
{
    Console.Error.WriteLine($"awoc-agent: the first line of standard input is no configuration: {fault.Message}");
    return 2;
}

var baseUrl = Environment.GetEnvironmentVariable("ANTHROPIC_BASE_URL");
var key = Environment.GetEnvironmentVariable("ANTHROPIC_API_KEY");
if (config is null || string.IsNullOrEmpty(baseUrl) || string.IsNullOrEmpty(key))
{
    Console.Error.WriteLine("awoc-agent: ANTHROPIC_BASE_URL and ANTHROPIC_API_KEY have to name the gateway and the attempt's token");
    return 2;
}

using var inbox = new Inbox(input, stop);
RunEnd end;
Spent spent = default;
try
{
    if (config.Staging is { } staging) Directory.CreateDirectory(Path.GetDirectoryName(staging)!);
    await using var tools = Toolbox.Of(config.Tools, new Workspace(Environment.CurrentDirectory), config.AllowPrivateAddresses, TimeProvider.System);
    using var model = new ModelClient(config, baseUrl, key, events, TimeProvider.System);
    var conversation = new Conversation(config, model, tools, events);
    var turn = inbox.Open(config.Prompt);
    do
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop.Token, turn.Interrupted);
        end = await conversation.RunAsync(turn, ended.Token);
        spent = conversation.Spent;
        // Before it is told: whoever reads the end may interrupt what comes next at once.
        inbox.Ended(turn);
        events.End(end, spent);
        turn = await inbox.NextAsync();
    }
    while (turn is not null);
    return end.IsError ? 1 : 0;
}
catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException)
{
    // The checkpoint could not be written or read, or the disk is full: the one sentence is the event's, no trace.
    end = new RunEnd("error", true, fault.Message);
}
catch (Exception fault)
{
    // A bug: standard error keeps all of it, and the stream still ends as it should.
    Console.Error.WriteLine(fault);
    end = new RunEnd("error", true, $"awoc-agent failed: {fault.Message}");
}

events.End(end, spent);
return 1;

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}
