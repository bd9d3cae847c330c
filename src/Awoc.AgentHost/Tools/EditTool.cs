using System.Text.Json;

namespace Awoc.AgentHost.Tools;

internal sealed class EditTool(Workspace workspace) : ITool
{
    public string Name => "Edit";

    public string Description =>
        "Replaces a piece of a file's text with another. 'old_string' must occur exactly as given, and once, unless replace_all is true.";

    public string Schema => """
        {"type":"object","properties":{
        "file_path":{"type":"string","description":"Absolute path of the file"},
        "old_string":{"type":"string","description":"The text to replace"},
        "new_string":{"type":"string","description":"The text to put in its place"},
        "replace_all":{"type":"boolean","description":"Replace every occurrence; default false"}},
        "required":["file_path","old_string","new_string"],"additionalProperties":false}
        """;

    public Task<ToolOutcome> RunAsync(JsonElement input, CancellationToken cancellation) => Workspace.GuardAsync(async () =>
    {
        var path = workspace.Resolve(input.Required("file_path"));
        var old = input.Required("old_string");
        var replacement = input.Required("new_string");
        if (old.Length == 0) throw new ToolFault("'old_string' is empty: use Write to make a file");
        if (old == replacement) throw new ToolFault("'old_string' and 'new_string' are the same");
        Workspace.RequireRegularFile(path);
        if (new FileInfo(path).Length > WriteTool.MaxLength) throw new ToolFault($"{path} is too large to edit: at most {WriteTool.MaxLength} bytes are taken");

        var text = await TextFile.ReadExactAsync(path, cancellation);
        // Read shows lines without their ends, so the model says \n for both.
        if (IsCrLf(text)) (old, replacement) = (CrLf(old), CrLf(replacement));
        var count = Count(text, old);
        if (count == 0) throw new ToolFault($"'old_string' does not occur in {path}: read the file and give its text exactly");
        if (count > 1 && !input.Flag("replace_all"))
            throw new ToolFault($"'old_string' occurs {count} times in {path}: give more of the text around it, or set replace_all");
        await TextFile.ReplaceAsync(path, text.Replace(old, replacement, StringComparison.Ordinal), cancellation);
        return new ToolOutcome($"Edited {path} ({count} {(count == 1 ? "place" : "places")})");
    });

    private static bool IsCrLf(string text)
    {
        var any = false;
        for (var at = text.IndexOf('\n', StringComparison.Ordinal); at >= 0; at = text.IndexOf('\n', at + 1))
        {
            if (at == 0 || text[at - 1] != '\r') return false;
            any = true;
        }

        return any;
    }

    private static string CrLf(string text) => text.ReplaceLineEndings("\r\n");

    private static int Count(string text, string piece)
    {
        var count = 0;
        for (var at = text.IndexOf(piece, StringComparison.Ordinal); at >= 0; at = text.IndexOf(piece, at + piece.Length, StringComparison.Ordinal)) count++;
        return count;
    }
}
