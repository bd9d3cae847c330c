namespace Awoc.Core.Contracts;

/// <summary>Checks a JSON document against a JSON Schema. A process boundary: the validator is not trim-safe, and its time and memory are bounded.</summary>
public interface ISchemaValidator
{
    Task<SchemaVerdict> CheckAsync(SchemaQuestion question, CancellationToken cancellation);
}

/// <param name="Schema">In the keywords that are enforced to the letter.</param>
/// <param name="Document">The JSON text.</param>
/// <param name="Variables">The environment to find a runtime in.</param>
/// <param name="Settings">The configuration's settings for the agent <c>builtin</c>, whose program holds the validator.</param>
public sealed record SchemaQuestion(
    string Schema, string Document, IReadOnlyDictionary<string, string> Variables, IReadOnlyDictionary<string, string> Settings);

/// <param name="Findings">Empty where the document is valid.</param>
/// <param name="Unable">Why nothing could be said, and the next step; null where something was.</param>
public sealed record SchemaVerdict(IReadOnlyList<Finding> Findings, string? Unable = null);
