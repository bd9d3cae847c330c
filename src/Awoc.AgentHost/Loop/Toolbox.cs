using System.Text.Json;
using Awoc.AgentHost.Tools;
using Microsoft.Extensions.AI;

namespace Awoc.AgentHost.Loop;

/// <summary>The tools this attempt was given.</summary>
internal sealed class Toolbox : IAsyncDisposable
{
    private readonly Dictionary<string, ITool> _tools;

    private Toolbox(IEnumerable<ITool> tools) => _tools = tools.ToDictionary(tool => tool.Name, StringComparer.Ordinal);

    /// <param name="names">Tools that this agent does not have are passed over: the list is the same for every agent.</param>
    public static Toolbox Of(IReadOnlyList<string> names, Workspace workspace, bool allowPrivateAddresses, TimeProvider time)
    {
        ITool[] all =
        [
            new ReadTool(workspace), new WriteTool(workspace), new EditTool(workspace), new BashTool(workspace, time),
            new WebFetchTool(allowPrivateAddresses), new GrepTool(workspace), new GlobTool(workspace),
        ];
        return new Toolbox(all.Where(tool => names.Contains(tool.Name)));
    }

    public IList<AITool> Declarations =>
    [
        .. _tools.Values.Select(tool => AIFunctionFactory.CreateDeclaration(
            tool.Name, tool.Description, JsonDocument.Parse(tool.Schema).RootElement)),
    ];

    public Task<ToolOutcome> RunAsync(string name, JsonElement input, CancellationToken cancellation) =>
        _tools.TryGetValue(name, out var tool)
            ? tool.RunAsync(input, cancellation)
            : Task.FromResult(ToolOutcome.Error($"there is no tool '{name}' here: {string.Join(", ", _tools.Keys)} are there"));

    public async ValueTask DisposeAsync()
    {
        foreach (var tool in _tools.Values)
        {
            if (tool is IAsyncDisposable slow) await slow.DisposeAsync();
            else (tool as IDisposable)?.Dispose();
        }
    }
}
