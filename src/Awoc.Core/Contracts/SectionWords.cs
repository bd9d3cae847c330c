using System.Text;

namespace Awoc.Core.Contracts;

/// <summary>When a line is the heading of a section, and when what stands below says nothing yet.</summary>
public static class SectionWords
{
    /// <summary>Longer than any placeholder.</summary>
    private const int LongestPlaceholder = 40;

    /// <summary>What agents write in a skeleton where the section is to come.</summary>
    private static readonly HashSet<string> s_placeholders = new(StringComparer.Ordinal)
    {
        "todo", "tbd", "tba", "tobewritten", "tobefilled", "tobefilledin", "tobecompleted", "tobedone", "tobeadded", "tobedetermined", "pending", "inprogress",
        "placeholder", "comingsoon", "notyetwritten", "loremipsum",
    };

    /// <summary>What two spellings of a heading have in common: <c>## 2. **Key Findings**:</c> and <c>key findings</c> are one.</summary>
    public static string Bare(ReadOnlySpan<char> line)
    {
        var bare = new StringBuilder(line.Length);
        foreach (var c in line)
        {
            if (char.IsLetter(c)) bare.Append(char.ToLowerInvariant(c));
            else if (c == '&') bare.Append("and");
        }

        return bare.ToString();
    }

    /// <summary>A line that holds the place of something: <c>TODO</c>, <c>(to be written)</c>, <c>...</c>; an empty one too.</summary>
    public static bool IsPlaceholder(ReadOnlySpan<char> line)
    {
        var says = false;
        foreach (var c in line)
        {
            if (!char.IsLetterOrDigit(c)) continue;
            says = true;
            break;
        }

        return !says || (line.Length <= LongestPlaceholder && s_placeholders.Contains(Bare(line)));
    }
}
