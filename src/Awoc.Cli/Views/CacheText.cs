using System.Globalization;
using Awoc.Cli.Terminal;
using Awoc.Client.Wire;

namespace Awoc.Cli.Views;

/// <summary>Prepared contexts, for a person.</summary>
internal static class CacheText
{
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
        var wide = Math.Max(4, contexts.Max(c => c.Type.Length));
        writer.WriteLine($"{"TYPE".PadRight(wide)}  {"TOKENS",7}  {"FILES",6}  {"SYMBOLS",7}  {"STATE",-7}  DIRECTORY");
        foreach (var context in contexts)
        {
            var state = context.Fresh switch { true => "fresh", false => "changed", null => "" };
            writer.WriteLine(Printable.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"{context.Type.PadRight(wide)}  {context.Tokens,7:#,0}  {context.Files,6:#,0}  {context.Symbols,7:#,0}  {state,-7}  {context.Directory}")));
        }
    }
}
