namespace Awoc.Documents.Contracts.Json;

/// <summary>What came of reading a JSON Schema.</summary>
public abstract record SchemaReading
{
    private SchemaReading()
    {
    }

    /// <param name="Enforced">
    /// The same schema as one JSON text in the keywords that the validator enforces to the letter: constants as enumerations, every
    /// reference resolved within it, annotations left out.
    /// </param>
    /// <param name="ForTools">
    /// The schema as it was written, without what only people read beside title and description, for an agent that takes it as a tool's
    /// input; null where it is not an object's.
    /// </param>
    public sealed record Valid(string Enforced, string? ForTools = null) : SchemaReading;

    /// <param name="Faults">All of them, in the order of the file, each with file, line and keyword.</param>
    public sealed record Refused(IReadOnlyList<DocumentFault> Faults) : SchemaReading;
}
