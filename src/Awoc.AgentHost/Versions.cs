using System.Reflection;

namespace Awoc.AgentHost;

internal static class Versions
{
    public static string Own { get; } =
        typeof(Versions).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
}
