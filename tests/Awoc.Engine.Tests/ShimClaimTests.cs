using Awoc.Engine.Shims;

namespace Awoc.Engine.Tests;

public sealed class ShimClaimTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("awoc-claim-").FullName;

    private string Claim => Path.Combine(_folder, ShimFiles.Claim);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task TryForbid_NoShimYet_TakesTheClaimAndStaysNotStarted()
    {
        Assert.True(ShimClaim.TryForbid(_folder, 3));

        // What the shim links its own claim to is taken; for a daemon nothing ran.
        Assert.True(File.Exists(Claim));
        Assert.IsType<AttemptStanding.NotStarted>(
            await AttemptProbe.ExamineAsync(_folder, TimeSpan.Zero, TimeProvider.System, TestContext.Current.CancellationToken));
        Assert.True(ShimClaim.TryForbid(_folder, 3));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void TryForbid_ShimWasFirst_LeavesItsClaim()
    {
        const string Shims = """{"fence":3,"pid":42,"startTicks":7,"bootId":"b"}""";
        File.WriteAllText(Claim, Shims);

        Assert.False(ShimClaim.TryForbid(_folder, 3));

        Assert.Equal(Shims, File.ReadAllText(Claim));
        Assert.Single(Directory.GetFiles(_folder));
    }
}
