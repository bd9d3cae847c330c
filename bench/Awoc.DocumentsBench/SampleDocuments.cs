using System.Globalization;
using System.Text;

namespace Awoc.DocumentsBench;

/// <summary>Documents of a given size that look like a project's own: sections with prose, lists, tables and code.</summary>
internal static class SampleDocuments
{
    private static readonly string[] s_words =
        "the gateway counts tokens from wire and each request is settled after its answer has come while budget holds back what report needs".Split(' ');

    /// <param name="bytes">At least as many.</param>
    /// <param name="first">The number of the first section: two documents share those that both have.</param>
    /// <param name="step">From one section's number to the next.</param>
    public static byte[] Markdown(int bytes, int first, int step, int seed)
    {
        var random = new Random(seed);
        var text = new StringBuilder("# Reference\n\nAll parts of it.\n");
        for (var section = first; text.Length < bytes; section += step) Section(text, random, section);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    public static byte[] Json(int bytes, int first, int step, int seed)
    {
        var random = new Random(seed);
        var text = new StringBuilder("{\n  \"parts\": [");
        for (var part = first; text.Length < bytes; part += step)
        {
            text.Append(CultureInfo.InvariantCulture, $"{(part == first ? "" : ",")}\n    {{\n      \"id\": {part},\n      \"name\": \"{Words(random, 4)}\",\n      \"tags\": [\"{s_words[random.Next(s_words.Length)]}\", \"{random.Next(1000)}\"]\n    }}");
        }

        return Encoding.UTF8.GetBytes(text.Append("\n  ]\n}\n").ToString());
    }

    private static void Section(StringBuilder text, Random random, int number)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n## Part {number}\n\n");
        for (var line = 0; line < 4; line++) text.Append(Words(random, 14)).Append('\n');
        text.Append('\n');
        for (var item = 0; item < 5; item++) text.Append(CultureInfo.InvariantCulture, $"- {Words(random, 8)} {random.Next(10_000)}\n");
        text.Append(CultureInfo.InvariantCulture, $"  - {Words(random, 5)}\n\n### Options of {number}\n\n| name | default | meaning |\n|---|---|---|\n");
        for (var row = 0; row < 4; row++) text.Append(CultureInfo.InvariantCulture, $"| option-{random.Next(1000)} | {row} | {Words(random, 6)} |\n");
        text.Append(CultureInfo.InvariantCulture, $"\n```sh\nawoc run part-{number} --tokens {random.Next(10_000)}\n# no heading\n```\n");
    }

    private static string Words(Random random, int count) => string.Join(' ', Enumerable.Range(0, count).Select(_ => s_words[random.Next(s_words.Length)]));
}
