using System.Diagnostics;
using Awoc.Client;
using Awoc.Client.Wire;

namespace Awoc.Compare;

/// <summary>Sizes, memory and start times against what AWOC promises.</summary>
internal static class FootprintBench
{
    private const int Attempts = 8;
    private const int JobsBefore = 200;
    private const double Megabyte = 1024 * 1024;
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(3);

    public static async Task RunAsync(Options options, Scratch scratch)
    {
        Console.WriteLine("                                               measured     target");
        Row("awoc on disk", FileMegabytes(Tools.Awoc), 12, "MB");
        Row("awoc-shim on disk", FileMegabytes(Tools.Shim), 2, "MB");
        Row("awocd on disk", FileMegabytes(Tools.Daemon), null, "MB");
        await TimesAsync(options, scratch);
        await MemoryAsync(scratch);
    }

    private static async Task TimesAsync(Options options, Scratch scratch)
    {
        await using var few = await AwocSide.StartAsync(scratch, "few", Options.FewStored);
        await using var many = await AwocSide.StartAsync(scratch, "many", options.Stored);
        var contest = new Contest();
        var version = contest.Add("awoc --version", () => Task.FromResult(few.Cli("--version")));
        var status = contest.Add("few", () => Task.FromResult(few.Cli("status")));
        var statusMany = contest.Add("many", () => Task.FromResult(many.Cli("status")));
        var nothing = contest.Add("true", () => Task.FromResult(Machine.Time(few.Variables, scratch.Work, "/bin/true")));
        await contest.RunAsync(options.Rounds * 4, () => Task.CompletedTask);

        few.Cli("daemon", "stop");
        many.Cli("daemon", "stop");
        var starts = new Contest();
        var answer = starts.Add("few", () => FirstAnswerAsync(few));
        var answerMany = starts.Add("many", () => FirstAnswerAsync(many));
        await starts.RunAsync(options.Rounds, () => Task.CompletedTask);

        Row("/bin/true, whole process (for scale)", nothing.Median, null, "ms");
        Row("awoc --version, whole process", version.Median, 20, "ms");
        Row($"awoc status, {Options.FewStored:N0} stored", status.Median, 40, "ms");
        Row($"awoc status, {options.Stored:N0} stored", statusMany.Median, 40, "ms");
        Row($"daemon's first answer, {Options.FewStored:N0} stored", answer.Median, 100, "ms");
        Row($"daemon's first answer, {options.Stored:N0} stored", answerMany.Median, 100, "ms");
    }

    /// <summary>From the start of the process to the answer to a request.</summary>
    private static async Task<TimeSpan> FirstAnswerAsync(AwocSide side)
    {
        using var client = new AwocClient(new AwocHome(side.Home));
        var clock = Stopwatch.StartNew();
        using var daemon = Machine.Start(side.Variables, side.Home, Tools.Daemon, "--home", side.Home);
        daemon.StandardInput.Close();
        while (await client.FindAsync() is null) await Task.Delay(1);
        var time = clock.Elapsed;
        await client.StopAsync(cancel: false);
        await daemon.WaitForExitAsync();
        return time;
    }

    private static async Task MemoryAsync(Scratch scratch)
    {
        await using var side = await AwocSide.StartAsync(scratch, "memory", Options.FewStored);
        var daemon = (await side.Client.HealthAsync()).Pid;
        await Task.Delay(s_idle);
        Show("daemon, idle", daemon, 35);

        for (var i = 0; i < JobsBefore; i++) await side.LaunchAsync();
        await side.SettleAsync();
        await Task.Delay(s_idle);
        Show($"daemon, idle after {JobsBefore} jobs", daemon, 35);

        for (var i = 0; i < Attempts; i++) await side.LaunchAsync("echo at work; sleep 60");
        while ((await side.Client.HealthAsync()).Running < Attempts) await Task.Delay(20);
        await Task.Delay(s_idle);
        Show($"daemon, {Attempts} attempts running", daemon, null);

        var shims = Machine.WithCommandLine(Tools.Shim, side.Home).Select(Machine.Memory).OfType<(long Rss, long Pss, long Private)>().ToList();
        if (shims.Count == 0)
        {
            Console.WriteLine("a shim's memory: only root may look (it is not dumpable)");
            return;
        }

        Row($"a shim, private, greatest of {shims.Count}", shims.Max(s => s.Private) / 1024.0, 1, "MB");
        Row("a shim, proportional", shims.Average(s => s.Pss) / 1024.0, null, "MB");
        Row("a shim, resident", shims.Average(s => s.Rss) / 1024.0, null, "MB");
    }

    private static void Show(string what, int pid, double? target)
    {
        if (Machine.Memory(pid) is not var (rss, pss, own)) return;
        Row($"{what}, resident", rss / 1024.0, target, "MB");
        Row($"{what}, proportional", pss / 1024.0, null, "MB");
        Row($"{what}, private", own / 1024.0, null, "MB");
    }

    private static double FileMegabytes(string path) => new FileInfo(path).Length / Megabyte;

    private static void Row(string what, double value, double? target, string unit) => Console.WriteLine(
        $"{what,-44}{value,8:F2} {unit}{(target is null ? "" : $"{"< " + target,8} {unit}  {(value < target ? "held" : "MISSED")}")}");
}
