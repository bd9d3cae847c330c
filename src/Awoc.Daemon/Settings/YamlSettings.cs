using System.Collections.Concurrent;
using System.Globalization;
using Awoc.Client.Wire;
using Awoc.Core.Budgets;
using Awoc.Core.Tasks;
using Awoc.Engine.Homes;
using Awoc.Engine.Settings;
using Awoc.Prompts.Catalog;

namespace Awoc.Daemon.Settings;

/// <summary>
/// Settings from <c>config.yaml</c> and a project's <c>.awoc/config.yaml</c>. Files are read again when they change, so that
/// a change holds from the next launch on without a restart.
/// </summary>
internal sealed class YamlSettings(AwocPaths paths) : ISettingsSource
{
    private const int MostTries = 5;
    private const string ProjectFile = ".awoc/config.yaml";

    private readonly Lock _write = new();
    private readonly ConcurrentDictionary<string, (DateTime Changed, long Length, SettingsDocument Document)> _read = new();

    public AwocSettings Read(string? cwd)
    {
        var values = Merge(cwd).ToDictionary(v => v.Key, v => v.Value.Value, StringComparer.Ordinal);
        var defaults = new AwocSettings();
        return defaults with
        {
            Agent = values.GetValueOrDefault("agent"),
            Model = values.GetValueOrDefault("model") ?? defaults.Model,
            Tokens = values.TryGetValue("tokens", out var tokens) ? long.Parse(tokens, CultureInfo.InvariantCulture) : defaults.Tokens,
            TimeoutSeconds = values.TryGetValue("timeout", out var timeout) && Duration.TryParseSeconds(timeout, out var seconds) ? seconds : defaults.TimeoutSeconds,
            StallSeconds = values.TryGetValue("stall_timeout", out var stall) && LimitTexts.TryStall(stall, out var still) ? still : defaults.StallSeconds,
            MaxCostUsd = values.TryGetValue("max_cost", out var money) && LimitTexts.TryCost(money, out var cost) ? cost : null,
            OnBudget = Word<OnBudget>("on_budget"),
            OnFailure = Word<OnFailure>("on_failure"),
            OnPermission = Word<OnPermission>("permissions"),
            AnswerSeconds = values.TryGetValue("answer_timeout", out var answer) && Duration.TryParseSeconds(answer, out var patience) ? patience : defaults.AnswerSeconds,
            Mends = values.TryGetValue("contracts.mends", out var mends) ? int.Parse(mends, CultureInfo.InvariantCulture) : defaults.Mends,
            ConfirmTokens = values.TryGetValue("batch.confirm_tokens", out var confirmTokens) ? long.Parse(confirmTokens, CultureInfo.InvariantCulture) : defaults.ConfirmTokens,
            ConfirmUsd = values.TryGetValue("batch.confirm_cost", out var confirmCost) && LimitTexts.TryCost(confirmCost, out var confirmed) ? confirmed : defaults.ConfirmUsd,
            RecordWire = values.TryGetValue("gateway.record", out var record) && bool.Parse(record),
            Pools = PoolKeys.Read(values),
            Quota = QuotaKeys.Read(values),
            Contexts = ContextKeys.Read(values),
            Concurrency = values.TryGetValue("concurrency", out var limit) ? int.Parse(limit, CultureInfo.InvariantCulture) : null,
            Queues = QueueKeys.Read(values),
            Alerts = new AlertSettings(
                values.GetValueOrDefault("alerts.command"),
                values.TryGetValue("alerts.webhook", out var webhook) ? new Uri(webhook) : null),
            Spares = SpareKeys.Read(values),
            Recovery = RecoveryKeys.Read(values),
            Agents = values
                .Where(v => v.Key.StartsWith("agents.", StringComparison.Ordinal))
                .Select(v => (Parts: v.Key.Split('.'), v.Value))
                .GroupBy(v => v.Parts[1])
                .ToDictionary(g => g.Key, g => (IReadOnlyDictionary<string, string>)g.ToDictionary(v => v.Parts[2], v => v.Value)),
        };

        T Word<T>(string key) where T : struct, Enum => values.TryGetValue(key, out var word) ? SnakeCase.Parse<T>(word) : default;
    }

    public TaskTypeCatalog Types(string? cwd) => Types(cwd, null);

    /// <param name="cwd">As of <see cref="Types(string?)"/>.</param>
    /// <param name="file">One more definition, which counts before all others.</param>
    public TaskTypeCatalog Types(string? cwd, string? file)
    {
        List<TypeSource> own = [.. Load(paths.UserConfig, isProject: false).Types];
        if (ProjectTypes(cwd) is { } folder) own.AddRange(TypeFolder.Sources(folder));
        if (file is not null && own.All(s => s.Path != file)) own.Add(TypeFolder.Source(file));
        return TaskTypeCatalog.With(own);
    }

    /// <summary>The nearest directory with a project's task types, from a directory upwards; null where there is none.</summary>
    public static string? ProjectTypes(string? cwd) => Upwards(cwd, TypeFolder.Place, Directory.Exists);

    public SettingsView View(string? cwd)
    {
        var values = Merge(cwd);
        var defaults = new AwocSettings();
        List<SettingView> settings = [];
        foreach (var key in SettingKeys.All)
        {
            var names = key.IsPattern ? [.. values.Keys.Where(key.Fits).Order(StringComparer.Ordinal)] : (string[])[key.Pattern];
            foreach (var name in names)
            {
                settings.Add(values.TryGetValue(name, out var set)
                    ? new SettingView(name, set.Value, set.Source, $"{key.Description}: {key.Takes}")
                    : new SettingView(name, key.Default(defaults), "default", $"{key.Description}: {key.Takes}"));
            }
        }

        return new SettingsView(settings, paths.UserConfig, FindProject(cwd));
    }

    /// <summary>One setting as it is now; of an agent's that is not set, the default.</summary>
    public SettingView View(SettingKey known, string key) =>
        View(null).Settings.FirstOrDefault(s => s.Key == key)
        ?? new SettingView(key, known.Default(new AwocSettings()), "default", $"{known.Description}: {known.Takes}");

    /// <summary>Writes one value into the user's file, durably, and leaves every other byte of it alone.</summary>
    public void Set(string key, string? value)
    {
        lock (_write)
        {
            for (var tries = 0; tries < MostTries; tries++)
            {
                var document = SettingsDocument.Read(paths.UserConfig, isProject: false);
                var text = YamlEdit.Set(document, key, value);
                if (!IsAsMeant(document, text, key, value))
                    throw new SettingsException($"{paths.UserConfig} is written in a way that cannot be changed in place: set {key} there by hand");
                if (text == document.Text) return;
                if (!SettingsFile.Replace(paths.UserConfig, document.Text, text)) continue;

                // Two writes within the clock's tick that leave the length as it was would look like none.
                _read.TryRemove(paths.UserConfig, out _);
                return;
            }

            throw new SettingsException($"{paths.UserConfig} is being changed by somebody else: {key} is not set, try it again");
        }
    }

    /// <summary>The file is the user's: it is replaced only by one that says the same but for this key.</summary>
    private static bool IsAsMeant(SettingsDocument before, string text, string key, string? value)
    {
        try
        {
            var wanted = before.Values.ToDictionary(v => v.Key, v => v.Value.Value);
            if (value is null) wanted.Remove(key);
            else wanted[key] = value;
            var after = SettingsDocument.Parse(before.Path, text, isProject: false).Values;
            return after.Count == wanted.Count && after.All(v => wanted.TryGetValue(v.Key, out var same) && same == v.Value.Value);
        }
        catch (SettingsException)
        {
            return false;
        }
    }

    private Dictionary<string, (string Value, string Source)> Merge(string? cwd)
    {
        var values = new Dictionary<string, (string, string)>();
        Add(paths.UserConfig, isProject: false);
        if (FindProject(cwd) is { } project) Add(project, isProject: true);
        return values;

        void Add(string path, bool isProject)
        {
            foreach (var (key, value) in Load(path, isProject).Values) values[key] = (value.Value ?? "", path);
        }
    }

    private SettingsDocument Load(string path, bool isProject)
    {
        var file = new FileInfo(path);
        var (changed, length) = file.Exists ? (file.LastWriteTimeUtc, file.Length) : (default, 0);
        if (_read.TryGetValue(path, out var known) && known.Changed == changed && known.Length == length) return known.Document;
        var document = SettingsDocument.Read(path, isProject);
        _read[path] = (changed, length, document);
        return document;
    }

    /// <summary>The nearest project file from a directory upwards; never that of a home, this one or another of the user's.</summary>
    private string? FindProject(string? cwd) => Upwards(cwd, ProjectFile, candidate => candidate != paths.UserConfig && File.Exists(candidate));

    private static string? Upwards(string? cwd, string place, Func<string, bool> isThere)
    {
        for (var directory = cwd; directory is not null; directory = Path.GetDirectoryName(directory))
        {
            var candidate = Path.Combine(directory, place);
            if (isThere(candidate) && !IsHome(Path.GetDirectoryName(candidate)!)) return candidate;
        }

        return null;
    }

    private static bool IsHome(string directory) =>
        directory == Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "", ".awoc") || File.Exists(new AwocPaths(directory).Store);
}
