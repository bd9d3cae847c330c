namespace Awoc.Prompts;

/// <summary>A context file whose text stands in the prompt itself.</summary>
/// <param name="Path">As the spec's context has it.</param>
public sealed record InlineFile(string Path, string Text);
