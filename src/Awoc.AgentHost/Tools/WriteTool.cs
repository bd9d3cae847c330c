using System.Text.Json;

namespace Awoc.AgentHost.Tools;

internal sealed class WriteTool(Workspace workspace) : ITool
{
    /// <summary>Characters of one file.</summary>
    public const int MaxLength = 10_000_000;

    public string Name => "Write";

    public string Description => "Writes a file whole, in place of one that is there. Directories on the way are made.";

    public string Schema => """
        {"type":"object","properties":{
        "file_path":{"type":"string","description":"Absolute path of the file"},
        "content":{"type":"string","description":"The whole content"}},
        "required":["file_path","content"],"additionalProperties":false}
        """;

    public Task<ToolOutcome> RunAsync(JsonElement input, CancellationToken cancellation) => Workspace.GuardAsync(async () =>
    {
        var path = workspace.Resolve(input.Required("file_path"));
        var content = input.Required("content");
        if (content.Length > MaxLength) throw new ToolFault($"the content has {content.Length} characters: at most {MaxLength} are taken");
        if (Directory.Exists(path)) throw new ToolFault($"{path} is a directory");
        var existed = File.Exists(path);
        await TextFile.ReplaceAsync(path, content, cancellation);
        return new ToolOutcome($"{(existed ? "Replaced" : "Created")} {path} ({content.Length} characters)");
    });
}
