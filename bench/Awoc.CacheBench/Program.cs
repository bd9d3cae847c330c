// What a context costs that tasks share: real agents under AWOC, at a rehearsal server that models the provider's cache.
//
//     dotnet run -c Release --project bench/Awoc.CacheBench -- [--tasks 8] [--context 50000] [--agents builtin,claude] [--scenarios text-only,write-target]
//
// Each row is launched twice in one home: as one group under one key, and as tasks with a key each, whose caches know nothing
// of one another. What is compared is input in fresh tokens: a write to the cache 1.25, one for an hour 2, a read 0.1.
using System.Globalization;
using Awoc.CacheBench;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var tasks = int.Parse(Option("--tasks", "8"));
var context = int.Parse(Option("--context", "50000"));
if (Bench.Missing is { } missing)
{
    Console.Error.WriteLine(missing);
    return 69;
}

Console.WriteLine($"{tasks} tasks over one context of about {context:#,0} tokens");
Console.WriteLine("| agent | scenario | requests a task | written: group / apart | read: group / apart | weighted input: group / apart | group of apart | group of no cache | until all have ended, s: group / apart |");
Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
foreach (var agent in Option("--agents", "builtin,claude").Split(','))
{
    foreach (var scenario in Option("--scenarios", "text-only,write-target,turns?n=4&tokens=100").Split(','))
    {
        await using var bench = await Bench.StartAsync(scenario, context);

        // The daemon's first task is slower than all others.
        await bench.RunAsync(agent, 1, _ => "key-of-none");
        var group = await bench.RunAsync(agent, tasks, _ => "key-of-all");
        var apart = await bench.RunAsync(agent, tasks, i => $"key-{i}");
        Console.WriteLine(
            $"| {agent} | `{scenario}` | {(double)group.Requests / tasks:0.#} | {group.Written:#,0} / {apart.Written:#,0} | {group.Read:#,0} / {apart.Read:#,0} | "
            + $"{group.Weighted:#,0} / {apart.Weighted:#,0} | **{group.Weighted / apart.Weighted:P0}** | {group.Weighted / group.Whole:P0} | {group.Elapsed.TotalSeconds:0.0} / {apart.Elapsed.TotalSeconds:0.0} |");
    }
}

return 0;

string Option(string name, string usual) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : usual;
