// Durable writes and claims of the store beside hand-written SQLite, in one run on one disk:
//   dotnet run -c Release --project bench/Awoc.StoreBench [DIRECTORY] [SECONDS per measurement, 2]
using Awoc.StoreBench;

var root = args.Length > 0 ? args[0] : Path.GetTempPath();
var span = TimeSpan.FromSeconds(args.Length > 1 ? double.Parse(args[1]) : 2);
var directory = Directory.CreateDirectory(Path.Combine(root, $"awoc-bench-{Environment.ProcessId}"));
try
{
    Console.WriteLine(
        $"{Environment.ProcessorCount} processors, {directory.FullName}, {span.TotalSeconds} s a figure, synchronous=FULL on both sides");
    Console.WriteLine();
    await ThroughputBench.RunAsync(directory.FullName, span);
    Console.WriteLine();
    await ClaimBench.RunAsync(directory.FullName);
}
finally
{
    directory.Delete(recursive: true);
}
