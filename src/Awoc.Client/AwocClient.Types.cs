using Awoc.Client.Wire;

namespace Awoc.Client;

/// <content>Task types.</content>
public sealed partial class AwocClient
{
    /// <summary>The task types there are for a directory.</summary>
    public Task<TypeList> TypesAsync(string cwd, CancellationToken token = default) =>
        GetAsync($"types?cwd={Uri.EscapeDataString(cwd)}", WireJson.Default.TypeList, token);

    /// <summary>One task type with the prompt it makes.</summary>
    public Task<TypeView> TypeAsync(string name, string cwd, CancellationToken token = default) =>
        GetAsync($"types/{Uri.EscapeDataString(name)}?cwd={Uri.EscapeDataString(cwd)}", WireJson.Default.TypeView, token);

    /// <summary>The beginning of a definition for a type of the project's own. Nothing is written.</summary>
    /// <param name="name">The new type's.</param>
    /// <param name="from">The type it builds upon; null for <c>custom</c>, or for the type of that name.</param>
    /// <param name="cwd">Absolute path of a directory of the project.</param>
    /// <param name="token">Cancels the request.</param>
    public Task<TypeDraftView> DraftTypeAsync(string name, string? from, string cwd, CancellationToken token = default) =>
        GetAsync(
            $"types/{Uri.EscapeDataString(name)}/draft?cwd={Uri.EscapeDataString(cwd)}{(from is null ? "" : $"&from={Uri.EscapeDataString(from)}")}",
            WireJson.Default.TypeDraftView, token);

    /// <summary>Looks for faults in type definitions.</summary>
    public Task<TypeCheck> CheckTypesAsync(string cwd, IReadOnlyList<string> files, CancellationToken token = default) => SendAsync(
        () => Json(HttpMethod.Post, "types/check", new TypeCheckRequest(cwd, files), WireJson.Default.TypeCheckRequest), WireJson.Default.TypeCheck, token);
}
