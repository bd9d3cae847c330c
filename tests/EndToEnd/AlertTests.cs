using System.Net;
using System.Text.Json.Nodes;
using Awoc.TestKit;

namespace Awoc.EndToEnd;

/// <summary>What needs a person is told once, and can be put away.</summary>
public sealed class AlertTests
{
    [Fact]
    public async Task Hook_FailedTasksOverARestart_GetsEachAlertOnce()
    {
        await using var awoc = new AwocSandbox();
        var told = Path.Combine(awoc.Work, "told.jsonl");
        Assert.Equal(0, (await awoc.AwocAsync("config", "set", "alerts.command", $"cat >> '{told}'; echo >> '{told}'")).Code);
        await FailAsync(awoc, "first");
        await awoc.AwocAsync("run", "--agent", "command", "true", "--wait");
        await Eventually.TrueAsync(() => Lines(told) == 1, TimeSpan.FromSeconds(30), "the hook got the first alert");

        Assert.Equal(0, (await awoc.AwocAsync("daemon", "restart")).Code);
        await FailAsync(awoc, "second");
        await Eventually.TrueAsync(() => Lines(told) == 2, TimeSpan.FromSeconds(30), "the hook got the second alert");

        var alerts = (await File.ReadAllLinesAsync(told)).Where(l => l.Length > 0).Select(l => JsonNode.Parse(l)!).ToList();
        Assert.Equal(["first", "second"], alerts.Select(a => (string?)a["name"]));
        Assert.Equal(2, alerts.Select(a => (long)a["id"]!).Distinct().Count());
        Assert.Contains("command_failed", alerts.Select(a => (string?)a["reason"]));
    }

    [Fact]
    public async Task Hook_LeavesAChildBehind_HasTakenTheAlertOnce()
    {
        await using var awoc = new AwocSandbox();
        var told = Path.Combine(awoc.Work, "told.jsonl");
        // The child holds what the hook was given for output.
        Assert.Equal(0, (await awoc.AwocAsync("config", "set", "alerts.command", $"cat >> '{told}'; sleep 5 & true")).Code);
        await FailAsync(awoc, "first");
        await FailAsync(awoc, "second");
        await Eventually.TrueAsync(() => Lines(told) == 2, TimeSpan.FromSeconds(30), "the hook got both alerts");

        var log = await File.ReadAllTextAsync(Path.Combine(awoc.Home, "background", "awocd.log"));
        Assert.DoesNotContain("did not take alert", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Webhook_IsDown_TheHookGetsItsAlertsAtOnce()
    {
        await using var awoc = new AwocSandbox();
        var told = Path.Combine(awoc.Work, "told.jsonl");
        Assert.Equal(0, (await awoc.AwocAsync("config", "set", "alerts.webhook", $"http://127.0.0.1:{FreePort()}/awoc")).Code);
        Assert.Equal(0, (await awoc.AwocAsync("config", "set", "alerts.command", $"cat >> '{told}'")).Code);
        for (var n = 0; n < 3; n++) await FailAsync(awoc, $"task-{n}");

        // One alert's tries of the webhook take longer than this.
        await Eventually.TrueAsync(() => Lines(told) == 3, TimeSpan.FromSeconds(60), "the hook got all three alerts");
    }

    [Fact]
    public async Task Webhook_ThatFailsAtFirst_GetsTheAlertWithItsId()
    {
        await using var awoc = new AwocSandbox();
        using var listener = new HttpListener();
        var port = FreePort();
        listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        listener.Start();
        Assert.Equal(0, (await awoc.AwocAsync("config", "set", "alerts.webhook", $"http://127.0.0.1:{port}/awoc")).Code);
        await FailAsync(awoc, "hooked");

        var refused = await AnswerAsync(listener, 500);
        var taken = await AnswerAsync(listener, 204);

        Assert.Equal(refused, taken);
        var alert = JsonNode.Parse(taken.Body)!;
        Assert.Equal(("hooked", taken.Id), ((string?)alert["name"], alert["id"]!.ToString()));
    }

    [Fact]
    public async Task Alerts_DismissedAndRaisedAnew_AreListedAsTheyStand()
    {
        await using var awoc = new AwocSandbox();
        Assert.Contains("nothing needs you", (await awoc.AwocAsync("alerts")).Error, StringComparison.Ordinal);
        await FailAsync(awoc, "one");
        await FailAsync(awoc, "two");

        var listed = await awoc.AwocAsync("alerts");
        Assert.Contains("(one)", listed.Out, StringComparison.Ordinal);
        Assert.Contains("awoc logs", listed.Out, StringComparison.Ordinal);

        Assert.Equal(0, (await awoc.AwocAsync("alerts", "dismiss", "one")).Code);
        Assert.Equal(["two"], await NamesAsync(awoc));
        Assert.Equal(["two", "one"], await NamesAsync(awoc, "--all"));
        Assert.Equal(0, (await awoc.AwocAsync("alerts", "dismiss", "--all")).Code);
        Assert.Empty(await NamesAsync(awoc));
    }

    [Fact]
    public async Task Dismiss_NothingToPutAway_SaysWhy()
    {
        await using var awoc = new AwocSandbox();
        await awoc.AwocAsync("run", "--agent", "command", "true", "--name", "fine", "--wait");

        var fine = await awoc.AwocAsync("alerts", "dismiss", "fine");
        Assert.Equal(2, fine.Code);
        Assert.Contains("needs nobody", fine.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await awoc.AwocAsync("alerts", "dismiss", "nobody")).Code);
        Assert.Equal(2, (await awoc.AwocAsync("alerts", "dismiss")).Code);
        Assert.Equal(2, (await awoc.AwocAsync("config", "set", "alerts.webhook", "not an address")).Code);
    }

    private static async Task FailAsync(AwocSandbox awoc, string name) =>
        Assert.Equal(1, (await awoc.AwocAsync("run", "--agent", "command", "exit 3", "--name", name, "--wait")).Code);

    private static async Task<IEnumerable<string?>> NamesAsync(AwocSandbox awoc, params string[] more)
    {
        var ran = await awoc.AwocAsync(["alerts", "--json", .. more]);
        Assert.Equal(0, ran.Code);
        return JsonNode.Parse(ran.Out)!.AsArray().Select(a => (string?)a!["name"]);
    }

    private static int Lines(string path) => File.Exists(path) ? File.ReadAllLines(path).Count(l => l.Length > 0) : 0;

    private static async Task<(string? Id, string Body)> AnswerAsync(HttpListener listener, int status)
    {
        var context = await listener.GetContextAsync().WaitAsync(TimeSpan.FromSeconds(30));
        using var reader = new StreamReader(context.Request.InputStream);
        var body = await reader.ReadToEndAsync();
        context.Response.StatusCode = status;
        context.Response.Close();
        return (context.Request.Headers["awoc-alert-id"], body);
    }

    private static int FreePort()
    {
        using var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
