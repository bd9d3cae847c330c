using System.Text.Json;

namespace Awoc.AgentHost.Tools;

internal sealed class GlobTool(Workspace workspace) : ITool
{
    /// <summary>Paths given at most, the ones changed last first.</summary>
    public const int MaxPaths = 100;

    public string Name => "Glob";

    public string Description =>
        $"Finds files by a pattern such as **/*.cs or src/{{a,b}}/*.json. Gives up to {MaxPaths} absolute paths, the ones changed last first.";

    public string Schema => """
        {"type":"object","properties":{
        "pattern":{"type":"string","description":"The pattern, relative to 'path'"},
        "path":{"type":"string","description":"The directory to look in; default the working directory"}},
        "required":["pattern"],"additionalProperties":false}
        """;

    public Task<ToolOutcome> RunAsync(JsonElement input, CancellationToken cancellation) => Workspace.GuardAsync(() => Task.Run(() =>
    {
        var root = workspace.Resolve(input.Optional("path") ?? ".");
        if (!Directory.Exists(root)) throw new ToolFault($"{root} is no directory");
        var pattern = input.Required("pattern");
        if (pattern.StartsWith('/')) pattern = Path.GetRelativePath(root, pattern);
        var matcher = GlobPattern.Compile(pattern, anyDepth: false);
        var found = FileWalk.Files(root, cancellation).Where(file => matcher.IsMatch(file.Relative)).Select(file => file.Path).ToList();
        if (found.Count == 0) return new ToolOutcome("No files found");
        var shown = found.OrderByDescending(File.GetLastWriteTimeUtc).ThenBy(path => path, StringComparer.Ordinal).Take(MaxPaths);
        var text = string.Join('\n', shown);
        return new ToolOutcome(found.Count > MaxPaths ? $"{text}\n({found.Count} files in all: narrow the pattern)" : text);
    }, cancellation));
}
