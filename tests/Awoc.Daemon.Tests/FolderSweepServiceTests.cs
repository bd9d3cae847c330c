using Awoc.Core.Budgets;
using Awoc.Core.Lifecycle;
using Awoc.Core.Tasks;
using Awoc.Daemon.Hosting;
using Awoc.Engine.Homes;
using Awoc.Engine.TaskFolders;
using Awoc.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Awoc.Daemon.Tests;

public sealed class FolderSweepServiceTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Execute_TaskThatCannotBeRead_EndsWithoutAFault()
    {
        var home = Directory.CreateTempSubdirectory("awoc-sweep-").FullName;
        try
        {
            var paths = new AwocPaths(home);
            Directory.CreateDirectory(paths.Tasks);
            await using var store = await SqliteTaskStore.OpenAsync(paths.Store, TimeProvider.System, Stop);
            var spec = new TaskSpec { Type = "custom", Agent = "command", Cwd = "/", Budget = Budget.Default };
            await store.LaunchAsync([TaskLifecycle.Launch(TaskId.New(TimeProvider.System), spec, TimeProvider.System.GetUtcNow())], null, null, Stop);
            await using (var connection = new SqliteConnection($"Data Source={paths.Store};Pooling=False"))
            {
                await connection.OpenAsync(Stop);
                await using var command = connection.CreateCommand();
                command.CommandText = "UPDATE task SET spec = '{'";
                Assert.Equal(1, await command.ExecuteNonQueryAsync(Stop));
            }

            using var service = new FolderSweepService(
                new FolderSweep(store, new TaskFiles(paths, TimeProvider.System, NullLogger<TaskFiles>.Instance)), NullLogger<FolderSweepService>.Instance);
            await service.StartAsync(Stop);
            await service.ExecuteTask!.WaitAsync(Stop);
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }
}
