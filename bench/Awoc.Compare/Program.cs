// AWOC beside task-spooler, GNU parallel and raw Claude Code, in one run on one machine:
//   eng/publish && dotnet run -c Release --project bench/Awoc.Compare -- [SECTION...] [--jobs N] [--rounds N] [--dir DIR]
// Sections: launch jobs claude footprint stages warm; all of them where none is named. See docs/benchmarks.md.
using Awoc.Compare;

if (args is ["prefill", var at, var count])
{
    await AwocSide.PrefillAsync(at, int.Parse(count));
    return 0;
}

if (Options.Parse(args) is not { } options)
{
    Console.Error.WriteLine($"Usage: [{string.Join('|', Options.AllSections)}...] [--jobs N] [--rounds N] [--stored N] [--dir DIR] | prefill HOME COUNT");
    return 2;
}

if (Tools.Missing(options) is { Count: > 0 } missing)
{
    foreach (var line in missing) Console.Error.WriteLine(line);
    return 69;
}

using var scratch = new Scratch(options.Directory);
Console.WriteLine($"{Environment.ProcessorCount} processors, load {Machine.Load}, scratch {scratch.Path}, medians of interleaved rounds");
foreach (var section in options.Sections)
{
    Console.WriteLine();
    await (section switch
    {
        "launch" => LaunchBench.RunAsync(options, scratch),
        "jobs" => JobBench.RunAsync(options, scratch),
        "claude" => ClaudeBench.RunAsync(options, scratch),
        "footprint" => FootprintBench.RunAsync(options, scratch),
        "warm" => WarmBench.RunAsync(options, scratch),
        _ => StageBench.RunAsync(options, scratch),
    });
    Console.WriteLine($"load {Machine.Load}");
}

return 0;
