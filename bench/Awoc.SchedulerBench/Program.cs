// How long the scheduler's own work takes:
//   eng/publish && dotnet run -c Release --project bench/Awoc.SchedulerBench -- [pick|slots|enqueue...] [--dir DIR]
// "slots" and "enqueue" run the published programs (artifacts/bin, or where AWOC_BIN says). See docs/benchmarks.md.
using Awoc.SchedulerBench;

string[] all = ["pick", "slots", "enqueue"];
var directory = Path.GetTempPath();
List<string> sections = [];
for (var i = 0; i < args.Length; i++)
{
    if (args[i] == "--dir" && i + 1 < args.Length) directory = args[++i];
    else if (all.Contains(args[i])) sections.Add(args[i]);
    else
    {
        Console.Error.WriteLine($"Usage: [{string.Join('|', all)}...] [--dir DIR]");
        return 2;
    }
}

Console.WriteLine($"{Environment.ProcessorCount} processors, load {File.ReadAllText("/proc/loadavg").Trim()}");
foreach (var section in sections.Count > 0 ? sections : [.. all])
{
    switch (section)
    {
        case "pick":
            PickBench.Run();
            break;
        case "slots":
            await SlotsBench.RunAsync(directory);
            break;
        default:
            await EnqueueBench.RunAsync(directory);
            break;
    }
}

return 0;
