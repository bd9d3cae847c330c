using System.Xml.Linq;

namespace Awoc.Architecture;

/// <summary>The dependency direction between projects: what each may reference, and nothing else.</summary>
public sealed class DependencyTests
{
    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["Awoc.Core"] = [],
        ["Awoc.Client"] = [],
        ["Awoc.Shim"] = [],
        ["Awoc.Rehearsal"] = [],
        ["Awoc.AgentHost"] = [],
        ["Awoc.Documents"] = ["Awoc.Core"],
        ["Awoc.Prompts"] = ["Awoc.Core"],
        ["Awoc.Plans"] = ["Awoc.Core", "Awoc.Prompts"],
        ["Awoc.Engine"] = ["Awoc.Core", "Awoc.Documents", "Awoc.Prompts"],
        ["Awoc.Storage"] = ["Awoc.Core"],
        ["Awoc.Runners"] = ["Awoc.Core"],
        ["Awoc.Gateway"] = ["Awoc.Core"],
        ["Awoc.Cli"] = ["Awoc.Client"],
        ["Awoc.Daemon"] = ["Awoc.Client", "Awoc.Core", "Awoc.Documents", "Awoc.Engine", "Awoc.Gateway", "Awoc.Plans", "Awoc.Prompts", "Awoc.Rehearsal", "Awoc.Runners", "Awoc.Storage"],
    };

    [Fact]
    public void Projects_ReferenceOnlyWhatTheirLayerMay()
    {
        var found = Projects().ToDictionary(p => Path.GetFileNameWithoutExtension(p), References);
        Assert.Equal(s_allowed.Keys.Order(), found.Keys.Order());
        Assert.All(found, project => Assert.Empty(project.Value.Except(s_allowed[project.Key])));
    }

    [Fact]
    public void Core_HasNoPackages() =>
        Assert.Empty(XDocument.Load(Projects().Single(p => p.EndsWith("Awoc.Core.csproj", StringComparison.Ordinal))).Descendants("PackageReference"));

    private static string[] References(string project) =>
    [
        .. XDocument.Load(project).Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension((string)r.Attribute("Include")!)),
    ];

    private static string[] Projects() => Directory.GetFiles(Path.Combine(Root(), "src"), "*.csproj", SearchOption.AllDirectories);

    internal static string Root()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Awoc.slnx"))) directory = Path.GetDirectoryName(directory)!;
        return directory;
    }
}
