using Awoc.Engine.Shims;

// An owner that can be killed at any moment: it owns the attempt and copies the new bytes of its log into a file of its own, whose
// length is its durable offset, as a daemon does with its store. `Awoc.Shim.Owner ATTEMPT_DIR FENCE COPY`; ends 0 at the attempt's end.
var (directory, fence, copyPath) = (args[0], long.Parse(args[1]), args[2]);
var spec = ShimSpec.Read(directory) ?? throw new InvalidOperationException($"no spec in {directory}");
await using var connection = await ShimConnection.ConnectUnlessEndedAsync(directory, spec.Socket, TimeSpan.FromSeconds(10), TimeProvider.System);
if (connection is not null && await connection.HelloAsync() is not null)
{
    if (await connection.OwnAsync(fence) is OwnOutcome.Refused) return 3;
    await foreach (var message in connection.ReadAllAsync())
    {
        if (message is ShimMessage.Grew grew) Copy(grew.Events);
        if (message is ShimMessage.Exit) break;
    }
}

var exit = ShimExit.Read(directory);
if (exit is null) return 4;
Copy(exit.Events);
return 0;

void Copy(long until)
{
    using var log = File.OpenRead(Path.Combine(directory, ShimFiles.Events));
    using var copy = new FileStream(copyPath, FileMode.Append);
    log.Position = copy.Length;
    var bytes = new byte[until - copy.Length];
    log.ReadExactly(bytes);
    copy.Write(bytes);
}
