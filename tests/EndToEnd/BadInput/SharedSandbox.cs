using Awoc.TestKit;

namespace Awoc.EndToEnd.BadInput;

/// <summary>One home for a class of tests that leave nothing behind but refusals and finished tasks.</summary>
public sealed class SharedSandbox : IAsyncLifetime
{
    public AwocSandbox Awoc { get; } = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => Awoc.DisposeAsync();
}
