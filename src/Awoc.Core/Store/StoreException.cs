namespace Awoc.Core.Store;

/// <summary>
/// The store cannot do its work: no room, no access, a broken file. The message is for a person and names the file and the
/// next step. A write that failed so was not stored; the store itself goes on when the cause is gone.
/// </summary>
public class StoreException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The store was written by a newer AWOC, whose schema this one does not know.</summary>
/// <param name="found">The schema version of the file.</param>
/// <param name="known">The newest schema version this program knows.</param>
public sealed class StoreTooNewException(string path, long found, long known) : StoreException(
    $"{path} has schema {found}, but this awoc knows schemas up to {known}: it was written by a newer awoc. " +
    "Install that version again, or set AWOC_HOME to another directory.")
{
    public long Found { get; } = found;
    public long Known { get; } = known;
}
