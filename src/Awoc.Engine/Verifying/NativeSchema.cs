using Awoc.Core.Tasks;
using Awoc.Documents.Contracts.Json;

namespace Awoc.Engine.Verifying;

/// <summary>The user's schema for agents that take one natively, as the input of a tool: so it has to be an object's.</summary>
internal static class NativeSchema
{
    /// <summary>An argument of a program has at most 128 kB.</summary>
    private const int Longest = 100_000;

    /// <summary>Null for a task without one, and for one that cannot be given so: the prompt has it in any case.</summary>
    public static string? Of(TaskSpec spec) =>
        spec.Schema is { } schema && SchemaReader.Read(schema, "the schema") is SchemaReading.Valid { ForTools: { } tools } && tools.Length <= Longest ? tools : null;
}
