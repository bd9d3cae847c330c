namespace Awoc.Rehearsal.Tests;

internal static class RepositoryRoot
{
    public static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Awoc.slnx"))) return folder.FullName;
        throw new DirectoryNotFoundException($"There is no Awoc.slnx above {AppContext.BaseDirectory}.");
    }
}
