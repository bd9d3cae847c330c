namespace Awoc.Runners.Builtin;

/// <summary>
/// Where .NET is installed. The agent's start program looks in <c>DOTNET_ROOT</c> and in the system's places alone; an
/// installation that is only on the PATH has to be told to it.
/// </summary>
internal static class DotnetRoot
{
    private static readonly string[] s_system = ["/usr/share/dotnet", "/usr/lib/dotnet", "/usr/lib64/dotnet", "/opt/dotnet"];

    public static string? Find(IReadOnlyDictionary<string, string> variables)
    {
        if (variables.Value("DOTNET_ROOT") is { } named && IsRoot(named)) return named;
        if (Registered() is { } registered && IsRoot(registered)) return registered;
        if (Executable.Find("dotnet", variables.GetValueOrDefault("PATH")).Path is { } program)
        {
            var target = new FileInfo(program).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? program;
            if (Path.GetDirectoryName(target) is { } root && IsRoot(root)) return root;
        }

        return s_system.FirstOrDefault(IsRoot);
    }

    private static string? Registered()
    {
        try
        {
            return File.ReadLines("/etc/dotnet/install_location").FirstOrDefault()?.Trim();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool IsRoot(string directory) => Directory.Exists(Path.Combine(directory, "host", "fxr"));
}
