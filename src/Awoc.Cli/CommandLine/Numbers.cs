using System.Globalization;
using Awoc.Cli.Terminal;

namespace Awoc.Cli.CommandLine;

internal static class Numbers
{
    /// <summary>A whole number that the program itself needs; what the daemon validates goes to it as it was typed.</summary>
    public static int? Whole(string flag, string? text, int from) => text is null ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= from ? number
        : throw new UsageException($"{flag} '{Printable.Line(text)}' is no whole number from {from} to {int.MaxValue}.");
}
