using System.Globalization;

namespace Awoc.Compare;

/// <param name="Jobs">No-op jobs in one measurement.</param>
/// <param name="Rounds">Measurements of each side; its median counts.</param>
/// <param name="Stored">Ended tasks in the large store.</param>
internal sealed record Options(IReadOnlyList<string> Sections, int Jobs, int Rounds, int Stored, string Directory)
{
    public static readonly string[] AllSections = ["launch", "jobs", "claude", "footprint", "stages", "warm"];

    /// <summary>Jobs at once, on every side.</summary>
    public const int Slots = 8;

    /// <summary>Ended tasks in the small store.</summary>
    public const int FewStored = 100;

    public static Options? Parse(string[] args)
    {
        List<string> sections = [];
        var options = new Options([], 500, 5, 100_000, Path.GetTempPath());
        for (var i = 0; i < args.Length; i++)
        {
            var value = i + 1 < args.Length ? args[i + 1] : "";
            if (AllSections.Contains(args[i]))
            {
                sections.Add(args[i]);
                continue;
            }

            if (args[i++] == "--dir" && value.Length > 0) options = options with { Directory = Path.GetFullPath(value) };
            else if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1) return null;
            else if (args[i - 1] == "--jobs") options = options with { Jobs = number };
            else if (args[i - 1] == "--rounds") options = options with { Rounds = number };
            else if (args[i - 1] == "--stored") options = options with { Stored = number };
            else return null;
        }

        return options with { Sections = sections.Count > 0 ? sections : AllSections };
    }
}
