using System.Globalization;
using Awoc.Client.Wire;
using Awoc.Core.Agents;
using Awoc.Core.Pacing;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Engine.Supervision;

namespace Awoc.Daemon.Api;

internal static class QuotaEndpoints
{
    /// <summary>Whose windows a person's own session uses, unless it says otherwise.</summary>
    private const string OwnAccount = "api.anthropic.com#" + LaneKey.Login;

    private const int LongestName = 200;
    private const double MostPercent = 1000;

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/quota", ReadAsync).WithName("quota").Produces<QuotaView>();
        api.MapPost("/quota", Report).WithName("reportQuota").Produces<WindowView>().Produces<Problem>(StatusCodes.Status400BadRequest);
    }

    private static async Task<IResult> ReadAsync(EnginePorts ports, ITaskStore store, CancellationToken cancellation)
    {
        var waiting = await store.WaitingAsync(WaitKind.Window, cancellation);
        return Results.Json(
            new QuotaView
            {
                Lanes = [.. ports.Gateway.Lanes.Select(Of)],
                Windows = [.. ports.Quotas.Windows.Select(w => Of(w, ports))],
                Reserve = ports.Quotas.Settings.Reserve,
                Waiting = [.. waiting.Select(t => new WindowWaiter(t.Id.Value, t.Spec.Name, t.WaitsFor, t.DueAt))],
            },
            WireJson.Default.QuotaView);
    }

    private static IResult Report(QuotaReport report, EnginePorts ports, TimeProvider time)
    {
        List<SpecFault> faults = [];
        var kind = report.Window.Trim();
        if (kind.Length is 0 or > LongestName || !kind.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
            faults.Add(new SpecFault("--window", report.Window, "a window's name, such as 5h or 7d"));
        if (!double.TryParse(report.Used.TrimEnd('%', ' '), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var used) || used > MostPercent)
            faults.Add(new SpecFault("--used", report.Used, "percent, such as 72"));
        DateTimeOffset? resets = null;
        if (report.ResetsAt is { } text)
        {
            resets = TimeOf(text);
            if (resets is null || resets - time.GetUtcNow() > UsageWindow.Longest)
                faults.Add(new SpecFault("--resets-at", text, "a time within 8 days from now: ISO 8601 with its zone, or seconds since 1970"));
        }

        var account = report.Account?.Trim() ?? OwnAccount;
        if (account.Length is 0 or > LongestName || !account.Contains('#', StringComparison.Ordinal))
            faults.Add(new SpecFault("--account", account, "an account as 'awoc quota' names it"));
        return faults.Count > 0
            ? Problems.Invalid(faults)
            : Results.Json(Of(ports.Quotas.Report(account, kind, used / 100, resets), ports), WireJson.Default.WindowView);
    }

    private static DateTimeOffset? TimeOf(string text)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            return seconds < 253_402_300_800 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var at) ? at : null;
    }

    private static LaneView Of(LaneState lane) => new()
    {
        Account = lane.Key.Account,
        Model = lane.Key.Model,
        InFlight = lane.InFlight,
        Allowed = lane.Allowed,
        Waiting = lane.Waiting,
        RequestsPerSecond = lane.Rate is { } rate ? Math.Round(rate, 2) : null,
        OpensAt = lane.OpensAt,
        Accepted = lane.Accepted,
        Refused = lane.Refused,
    };

    private static WindowView Of(UsageWindow window, EnginePorts ports) => new()
    {
        Account = window.Account,
        Window = window.Kind,
        Model = window.Model,
        Used = window.Used is { } used ? Math.Round(used * 100, 1) : null,
        ResetsAt = window.ResetsAt,
        State = window.HoldAt(ports.Quotas.Settings.Reserve, ports.Time.GetUtcNow()) switch
        {
            null => "open",
            { Reserved: true } => "reserved",
            _ => "closed",
        },
        At = window.At,
    };
}
