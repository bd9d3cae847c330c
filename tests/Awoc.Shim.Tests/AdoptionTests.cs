using System.Diagnostics;
using Awoc.Engine.Shims;

namespace Awoc.Shim.Tests;

public sealed class AdoptionTests(PublishedShim shim)
{
    private const int Rounds = 50, AtOnce = 4;

    [Fact]
    public async Task Kill_OwnerAtRandomMomentsInFiftyRounds_NextOwnerHasEveryByteAndTheExitCode()
    {
        var seed = Environment.GetEnvironmentVariable("AWOC_TEST_SEED") is { Length: > 0 } given ? int.Parse(given) : Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"AWOC_TEST_SEED={seed}");
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Rounds), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (round, _) => await RoundAsync(seed, round));
    }

    private async Task RoundAsync(int seed, int round)
    {
        var random = new Random(seed + round);
        var (lines, code, kills) = (random.Next(50, 400), random.Next(0, 100), random.Next(1, 4));
        await using var attempt = new Attempt(shim).Script($"i=0; while [ $i -lt {lines} ]; do echo \"line $i\"; i=$((i+1)); [ $((i%20)) -eq 0 ] && sleep 0.05; done; exit {code}");
        var copy = attempt.File("copy");
        await File.WriteAllTextAsync(copy, "");
        attempt.Start();
        var expected = string.Concat(Enumerable.Range(0, lines).Select(i => $"line {i}\n"));
        var fence = 5;
        for (var kill = 0; kill < kills; kill++)
        {
            using var owner = Own(attempt, fence++, copy);
            var until = random.Next(0, expected.Length);
            await Until.TrueAsync(() => owner.HasExited || new FileInfo(copy).Length >= until, $"the owner's copy, seed {seed}, round {round}");
            if (!owner.HasExited) owner.Kill();
            await owner.WaitForExitAsync();
        }

        using var last = Own(attempt, fence, copy);
        await last.WaitForExitAsync().WaitAsync(Attempt.Patience);

        var words = $"seed {seed}, round {round}";
        Assert.True(last.ExitCode == 0, $"{words}: the last owner ended {last.ExitCode}");
        var exit = ShimExit.Read(attempt.Directory)!;
        Assert.True((exit.Code, exit.Cause, exit.Events) == (code, null, expected.Length), $"{words}: {exit}");
        Assert.True(expected == attempt.Events(), $"{words}: the log differs");
        Assert.True(expected == await File.ReadAllTextAsync(copy), $"{words}: the owners' copy differs");
    }

    private static Process Own(Attempt attempt, int fence, string copy) => Process.Start(new ProcessStartInfo(
        Path.Combine(AppContext.BaseDirectory, "Awoc.Shim.Owner"), [attempt.Directory, fence.ToString(), copy]))!;
}
