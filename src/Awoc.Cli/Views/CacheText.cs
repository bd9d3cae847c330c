using System.Globalization;
using Awoc.Cli.Terminal;
using Awoc.Client.Wire;

namespace Awoc.Cli.Views;

/// <summary>Prepared contexts, for a person.</summary>
internal static class CacheText
{
    private static readonly string[] s_titles = ["TYPE", "TOKENS", "FILES", "SYMBOLS", "STATE", "DIRECTORY"];

    public static void Write(TextWriter writer, CacheWarmReply reply)
    {
        Write(writer, reply.Contexts);
        if (reply.Provider is not { Error: null } provider) return;
        var cost = provider.Rehearsal is true ? ", rehearsed" : provider.Usage.CostUsd is { } money ? $", {LimitText.Dollars(money)} at list price" : ", at a price that is not known";
        var until = provider.Until is { } end ? string.Create(CultureInfo.InvariantCulture, $"; kept until {end.ToLocalTime():HH:mm:ss}, and longer when it is read") : "";
        writer.WriteLine(Printable.Line(
            $"provider's cache ({provider.Agent}, {provider.Model}): {Figures.Count(provider.Usage.CacheWrite)} tokens written, {Figures.Count(provider.Usage.CacheRead)} read{cost}{until}"));
    }

    public static void Write(TextWriter writer, IReadOnlyList<CacheContextView> contexts)
    {
        if (contexts.Count == 0) return;
        string[][] lines = [s_titles, .. contexts.Select(Cells)];
        var widths = Enumerable.Range(0, s_titles.Length).Select(c => lines.Max(l => l[c].Length)).ToArray();
        foreach (var line in lines) writer.WriteLine(string.Join("  ", line.Select((cell, c) => c == line.Length - 1 ? cell : cell.PadRight(widths[c]))));
    }

    private static string[] Cells(CacheContextView context) =>
    [
        Printable.Line(context.Type),
        Figures.Count(context.Tokens),
        Figures.Count(context.Files),
        Figures.Count(context.Symbols),
        context.Fresh switch { true => "fresh", false => "changed", null => "-" },
        Printable.Line(context.Directory),
    ];
}
