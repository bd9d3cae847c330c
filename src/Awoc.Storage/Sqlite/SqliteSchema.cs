using System.Globalization;
using System.Reflection;
using Awoc.Core.Store;
using DbUp;
using Microsoft.Data.Sqlite;

namespace Awoc.Storage.Sqlite;

/// <summary>Brings a database file to the newest schema. Its number is the file's <c>user_version</c>, set by each script.</summary>
internal static class SqliteSchema
{
    private const string ScriptPrefix = "sqlite/";

    private static readonly Assembly s_assembly = typeof(SqliteSchema).Assembly;

    /// <summary>The highest script number: <c>0001_initial.sql</c> is 1.</summary>
    public static long Newest { get; } = s_assembly.GetManifestResourceNames().Where(IsScript).Max(NumberOf);

    /// <exception cref="StoreTooNewException">The file has a schema from the future.</exception>
    public static void Migrate(SqliteDatabase database)
    {
        long found;
        using (var connection = database.OpenWriter())
        {
            found = Version(connection);

            if (found > Newest) throw new StoreTooNewException(database.Path, found, Newest);

            // Kept in the file, but a copy made by another tool may have lost it.
            connection.Run("PRAGMA journal_mode = WAL");

            // Most starts end here: DbUp alone would take longer than the daemon may to answer.
            if (found == Newest) return;
        }

        var result = DeployChanges.To.SqliteDatabase(database.ConnectionString)
            .WithScriptsEmbeddedInAssembly(s_assembly, IsScript)
            .WithTransactionPerScript()
            .WithVariablesDisabled()
            .LogToNowhere()
            .Build()
            .PerformUpgrade();

        using (var connection = database.OpenWriter())
        {
            // Another process may have been first with the same scripts.
            if (Version(connection) == Newest) return;
        }

        if (result.Error is SqliteException fault) throw StoreFaults.Explain(fault, database.Path);
        throw new StoreException(
            $"{database.Path} could not be brought from schema {found} to {Newest}: {result.Error?.Message} " +
            "The file is as it was. Move it away to begin with an empty store.",
            result.Error);
    }

    private static long Version(SqliteConnection connection) => connection.Scalar<long>("PRAGMA user_version");

    private static bool IsScript(string resource) => resource.StartsWith(ScriptPrefix, StringComparison.Ordinal);

    private static long NumberOf(string resource)
    {
        var name = resource.AsSpan(ScriptPrefix.Length);
        return long.Parse(name[..name.IndexOf('_')], CultureInfo.InvariantCulture);
    }
}
