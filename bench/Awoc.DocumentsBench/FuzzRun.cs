using System.Diagnostics;
using Awoc.Documents.Tests.Fuzz;


namespace Awoc.DocumentsBench;

/// <summary>Generated pairs, as many as one has patience for.</summary>
internal static class FuzzRun
{
    private const int MaxShown = 3;

    public static int Run(int pairs, int firstSeed, string? only)
    {
        var started = Stopwatch.GetTimestamp();
        var failures = 0;
        Parallel.For(0, pairs, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, (index, loop) =>
        {
            var seed = firstSeed + index;
            var failure = only switch
            {
                "markdown" => Fuzzer.Markdown(seed),
                "json" => Fuzzer.Json(seed),
                _ => index % 2 == 0 ? Fuzzer.Markdown(seed) : Fuzzer.Json(seed),
            };
            if (failure is null) return;
            if (Interlocked.Increment(ref failures) <= MaxShown) Console.WriteLine(failure);
        });
        Console.WriteLine($"{pairs:N0} pairs from seed {firstSeed} in {Stopwatch.GetElapsedTime(started).TotalSeconds:f1} s: {failures} broke a law, {Fuzzer.Misfits} merges were refused as not holding");
        return failures == 0 ? 0 : 1;
    }
}
