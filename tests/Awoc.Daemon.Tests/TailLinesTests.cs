using Awoc.Daemon.Api;

namespace Awoc.Daemon.Tests;

public sealed class TailLinesTests
{
    [Fact]
    public async Task Start_AnyTextAndCount_LeavesThatManyLines()
    {
        var random = new Random(11);
        var path = Path.GetTempFileName();
        try
        {
            for (var round = 0; round < 100; round++)
            {
                var lines = Enumerable.Range(0, random.Next(0, 40)).Select(n => new string('x', random.Next(0, 3000)) + n).ToList();
                var ended = random.Next(2) == 0;
                var text = string.Join('\n', lines) + (lines.Count > 0 && ended ? "\n" : "");
                await File.WriteAllTextAsync(path, text);
                var count = random.Next(0, 45);
                await using var file = new FileStream(path, FileMode.Open, FileAccess.Read);
                var start = await TailLines.StartAsync(file, count, CancellationToken.None);
                var wanted = string.Join('\n', lines.TakeLast(count)) + (lines.Count > 0 && count > 0 && ended ? "\n" : "");
                Assert.Equal(wanted, text[(int)start..]);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }
}
