namespace Awoc.Plans.Tests;

/// <summary>Files of the repository that tests read, or compare with and write anew when they are told to.</summary>
internal static class SourceTree
{
    public static string Root { get; } = Find();

    /// <param name="variable">When it is <c>1</c> the file is written first.</param>
    public static void AssertSame(string path, string text, string variable)
    {
        var file = Path.Combine(Root, path);
        if (Environment.GetEnvironmentVariable(variable) == "1") File.WriteAllText(file, text);
        Assert.True(File.Exists(file), $"{path} is missing: write it with {variable}=1");
        Assert.Equal(File.ReadAllText(file), text);
    }

    private static string Find()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Awoc.slnx"))) directory = Path.GetDirectoryName(directory)!;
        return directory;
    }
}
