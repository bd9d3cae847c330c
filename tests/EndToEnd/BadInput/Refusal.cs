using Awoc.TestKit;

namespace Awoc.EndToEnd.BadInput;

/// <summary>What every refusal has in common: its exit code, words that name the thing, no stack trace, nothing on stdout.</summary>
internal static class Refusal
{
    private const int LongestLine = 1000;

    public static void Is(Ran ran, int code, params string[] names)
    {
        Assert.True(ran.Code == code, $"exit code {ran.Code}, expected {code}\n{ran.Out}\n{ran.Error}");
        Assert.Equal("", ran.Out);
        var error = ran.Error.TrimEnd('\n');
        Assert.NotEqual("", error);
        foreach (var name in names) Assert.Contains(name, error, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", error, StringComparison.Ordinal);
        Assert.InRange(error.Split('\n').Length, 1, 8);
        Assert.All(error.Split('\n'), line => Assert.InRange(line.Length, 1, LongestLine));
    }
}
