using Awoc.Core.Agents;
using Awoc.Engine.Supervision;

namespace Awoc.Engine.Tests;

public sealed class ExecutionLogTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("awoc-exec-").FullName;

    private string LogFile => Path.Combine(_folder, "execution.log");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Write_ReadAgainFromTheBeginningAfterAnyCut_HasEachLineOnce(bool structured)
    {
        for (var seed = 0; seed < 100; seed++)
        {
            File.Delete(LogFile);
            var random = new Random(seed);
            var lines = Enumerable.Range(0, 30).Select(n => $"line {n} x{new string('ü', random.Next(0, 40))}").ToList();
            var cut = random.Next(0, lines.Count);
            WriteAll(lines.Take(cut), structured, random);
            // A daemon that dies in its write leaves any part of it.
            if (cut > 0)
            {
                using var file = File.OpenWrite(LogFile);
                file.SetLength(random.NextInt64(file.Length + 1));
            }

            WriteAll(lines, structured, random);
            Assert.Equal(lines, File.ReadAllLines(LogFile).Select(l => structured ? l[9..] : l));
        }
    }

    [Fact]
    public void Flush_NoRoom_KeepsTheTextAndWritesItLater()
    {
        // A directory in the log's place stands for a disk that takes nothing.
        Directory.CreateDirectory(LogFile);
        using var log = new ExecutionLog(LogFile, structured: false);
        log.Write(Line("first"), new AgentEvent.Text("x"));
        Assert.ThrowsAny<Exception>(log.Flush);
        Directory.Delete(LogFile);
        log.Write(Line("second"), new AgentEvent.Text("x"));
        log.Flush();
        Assert.Equal("first\nsecond\n", File.ReadAllText(LogFile));
    }

    private static LogLine Line(string text) => new(System.Text.Encoding.UTF8.GetBytes(text), DateTimeOffset.UnixEpoch);

    private void WriteAll(IEnumerable<string> lines, bool structured, Random random)
    {
        using var log = new ExecutionLog(LogFile, structured);
        foreach (var line in lines)
        {
            log.Write(Line(line), new AgentEvent.Text(line));
            if (random.Next(3) == 0) log.Flush();
        }

        log.Flush();
    }
}
