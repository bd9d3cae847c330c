using Awoc.Core.Store;
using Awoc.Core.Tasks;

namespace Awoc.Engine.TaskFolders;

/// <summary>
/// Makes the folders of tasks that wait for their first start and have none: the daemon that stored them died before it came to that. Those
/// that are whole are not read: a hundred thousand take a moment.
/// </summary>
public sealed class FolderSweep(ITaskStore store, TaskFiles files)
{
    private const int AtOnce = 256;

    /// <returns>How many had none.</returns>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var made = 0;
        foreach (var some in (await store.NeverStartedAsync(cancellation)).Where(id => !files.IsMade(id)).Chunk(AtOnce))
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var task in await store.FindAsync(some, cancellation))
            {
                files.MakeMissing(task);
                made++;
            }
        }

        return made;
    }
}
