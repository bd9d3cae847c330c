using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Awoc.Prompts;

/// <summary>
/// YAML of files that come with a repository, or that an agent may have written. The library's loader calls itself for every level and for
/// every alias (https://github.com/aaubry/YamlDotNet/issues/375): a file of brackets alone would end the process that reads it.
/// </summary>
public static class BoundedYaml
{
    /// <summary>Deeper than any file that a person writes.</summary>
    public const int MaxDepth = 32;

    /// <exception cref="YamlException">It is no YAML, is nested too deeply, or has an alias.</exception>
    public static YamlStream Load(string text)
    {
        // Read event by event first, which calls nothing deeper.
        var parser = new Parser(new StringReader(text));
        var depth = 0;
        while (parser.MoveNext())
        {
            var e = parser.Current!;
            if (e is MappingStart or SequenceStart && ++depth > MaxDepth) throw new YamlException(e.Start, e.End, $"it is nested deeper than {MaxDepth} levels");
            if (e is MappingEnd or SequenceEnd) depth--;
            if (e is AnchorAlias alias) throw new YamlException(e.Start, e.End, $"*{alias.Value} is an alias, which is not taken: write it out");
        }

        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return stream;
    }
}
