using Awoc.Core.Store;
using Awoc.Storage.Sqlite;
using Storage.Conformance;

namespace Awoc.Storage.Tests;

/// <summary>The conformance suite over SQLite.</summary>
public sealed class SqliteTaskStoreTests : TaskStoreConformance
{
    private readonly TempDirectory _directory = new();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _directory.Dispose();
    }

    protected override async Task<ITaskStore> OpenAsync() =>
        await SqliteTaskStore.OpenAsync(_directory.File("awoc.db"), Time, Cancellation);
}
