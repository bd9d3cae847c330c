using System.Collections.Concurrent;
using Awoc.Documents.Tests.Fuzz;

namespace Awoc.Documents.Tests;

/// <summary>Generated pairs in the suite; <c>bench/Awoc.DocumentsBench -- fuzz N</c> goes on for as long as one likes.</summary>
public sealed class FuzzTests
{
    private const int MarkdownPairs = 50_000;
    private const int JsonPairs = 60_000;

    [Fact]
    public void Markdown_GeneratedPairs_KeepTheLaws() => RunMarkdown();

    [Fact]
    public void Json_GeneratedPairs_KeepTheLaws() => Run(JsonPairs, Fuzzer.Json);

    private static void RunMarkdown()
    {
        Run(MarkdownPairs, Fuzzer.Markdown);

        // What is refused because it would not have held is one pair in some hundreds, of documents made to be odd.
        Assert.InRange(Fuzzer.Misfits, 0, MarkdownPairs / 200);
    }

    private static void Run(int pairs, Func<int, string?> check)
    {
        // Other pairs with each run, named by their seed when they fail.
        var first = Random.Shared.Next(1, int.MaxValue / 2);
        ConcurrentBag<string> broken = [];
        Parallel.For(0, pairs, new ParallelOptions { MaxDegreeOfParallelism = 2 }, (index, loop) =>
        {
            if (check(first + index) is not { } failure) return;
            broken.Add(failure);
            loop.Stop();
        });
        Assert.True(broken.IsEmpty, string.Join("\n\n", broken.Take(2)));
    }
}
