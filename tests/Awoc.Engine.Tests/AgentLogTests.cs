using System.Buffers.Binary;
using System.Text;
using Awoc.Engine.Supervision;

namespace Awoc.Engine.Tests;

public sealed class AgentLogTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("awoc-log-").FullName;

    private string Events => Path.Combine(_folder, "events.jsonl");

    private string Index => Path.Combine(_folder, "events.idx");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void ReadTo_AnyChunking_GivesTheSameLinesWithTheirArrivalTimes()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var lines = Enumerable.Range(0, random.Next(0, 60)).Select(n => new string('é', random.Next(0, random.Next(2) == 0 ? 20 : 60_000)) + n).ToList();
            var cutOff = random.Next(2) == 0;
            var bytes = Encoding.UTF8.GetBytes(string.Join('\n', lines) + (lines.Count > 0 && !cutOff ? "\n" : ""));
            var arrivals = Write(bytes, random);

            List<LogLine> read = [];
            using (var log = new AgentLog(Events, Index))
            {
                for (long at = 0; at < bytes.Length;)
                {
                    at = Math.Min(bytes.Length, at + random.Next(1, 100_000));
                    read.AddRange(log.ReadTo(at));
                    Assert.Equal(at, log.Offset);
                }

                read.AddRange(log.ReadTo(bytes.Length, last: true));
            }

            Assert.Equal(lines, read.Select(l => l.Text));
            long end = -1;
            foreach (var line in read)
            {
                end += line.Bytes.Length + 1;
                var at = arrivals[(int)Math.Min(end, bytes.Length - 1)];
                Assert.Equal(DateTimeOffset.UnixEpoch.AddTicks(at * TimeSpan.TicksPerMicrosecond), line.At);
            }

            using var again = new AgentLog(Events, Index);
            Assert.Equal(read.Select(l => (l.Text, l.At)), again.ReadTo(bytes.Length, last: true).Select(l => (l.Text, l.At)));
        }
    }

    [Fact]
    public void ReadTo_FileNotThereYet_IsEmptyUntilItIs()
    {
        using var log = new AgentLog(Events, Index);
        Assert.Empty(log.ReadTo(100));
        Write(Encoding.UTF8.GetBytes("now\n"), new Random(1));
        Assert.Equal(["now"], log.ReadTo(4).Select(l => l.Text));
    }

    /// <summary>As the shim writes them: any read may end anywhere, also within a character.</summary>
    private long[] Write(byte[] bytes, Random random)
    {
        File.WriteAllBytes(Events, bytes);
        var arrivals = new long[bytes.Length];
        using var index = File.Create(Index);
        Span<byte> record = stackalloc byte[16];
        long time = 1_700_000_000_000_000;
        for (var at = 0; at < bytes.Length;)
        {
            var length = Math.Min(bytes.Length - at, random.Next(1, 65_536));
            BinaryPrimitives.WriteInt64LittleEndian(record, at);
            BinaryPrimitives.WriteInt64LittleEndian(record[8..], time);
            index.Write(record);
            arrivals.AsSpan(at, length).Fill(time);
            at += length;
            time += random.Next(1, 1_000_000);
        }

        return arrivals;
    }
}
