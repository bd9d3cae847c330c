using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Awoc.AgentHost.Tools;

internal sealed class ReadTool(Workspace workspace) : ITool
{
    /// <summary>Lines given where no limit is asked for, and at most.</summary>
    public const int MaxLines = 2_000;

    /// <summary>Characters of one line; the rest of it is left out.</summary>
    public const int MaxLineLength = 2_000;

    /// <summary>Characters of the whole answer.</summary>
    public const int MaxLength = 100_000;

    public string Name => "Read";

    public string Description =>
        $"Reads a text file. Gives up to {MaxLines} lines with their numbers, from the line 'offset' on; lines longer than {MaxLineLength} characters are cut.";

    public string Schema => """
        {"type":"object","properties":{
        "file_path":{"type":"string","description":"Absolute path of the file"},
        "offset":{"type":"integer","minimum":0,"description":"The line to start from, counted from 1"},
        "limit":{"type":"integer","minimum":1,"description":"How many lines to read"}},
        "required":["file_path"],"additionalProperties":false}
        """;

    public Task<ToolOutcome> RunAsync(JsonElement input, CancellationToken cancellation) => Workspace.GuardAsync(async () =>
    {
        var path = workspace.Resolve(input.Required("file_path"));
        Workspace.RequireRegularFile(path);
        var first = Math.Max(1, input.Whole("offset") ?? 1);
        var limit = Math.Clamp(input.Whole("limit") ?? MaxLines, 1, MaxLines);
        if (await TextFile.IsBinaryAsync(path, cancellation)) throw new ToolFault($"{path} is a binary file");

        var text = new StringBuilder();
        long number = 0;
        var more = false;
        using var reader = new StreamReader(path);
        var lines = new BoundedLines(reader, MaxLineLength);
        while (await lines.ReadAsync(cancellation) is { } line)
        {
            if (++number < first) continue;
            if (number >= first + limit || text.Length > MaxLength)
            {
                more = true;
                break;
            }

            text.Append(CultureInfo.InvariantCulture, $"{number,6}\t{line}\n");
        }

        if (text.Length == 0) return new ToolOutcome(number == 0 ? "(the file is empty)" : $"(the file has {number} lines)");
        if (more) text.Append(CultureInfo.InvariantCulture, $"(there is more: read on with offset {number})\n");
        return new ToolOutcome(text.ToString());
    });
}
