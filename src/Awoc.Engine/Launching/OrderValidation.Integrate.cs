using Awoc.Core.Catalog;
using Awoc.Core.Integration;
using Awoc.Core.Tasks;
using Awoc.Engine.Integration;

namespace Awoc.Engine.Launching;

/// <summary>Where the result is to be brought as the task succeeds: what can be known to go wrong is refused before the task costs anything.</summary>
internal sealed partial class OrderValidation
{
    private const string IntegrateField = "--integrate";

    /// <summary>The mode, and the target's absolute path where it is not OUTPUT.</summary>
    public (IntegrationMode? Mode, string? Into) Integrate(string cwd)
    {
        if (order.Integrate is not { } given) return (null, null);
        var colon = given.IndexOf(':', StringComparison.Ordinal);
        var word = colon < 0 ? given : given[..colon];
        if (!SnakeCase.TryParse<IntegrationMode>(word, out var mode))
        {
            var near = SnakeCase.All<IntegrationMode>().Where(name => EditDistance.Between(word, name) <= 2).FirstOrDefault();
            Fault(IntegrateField, given, $"MODE or MODE:TARGET, a mode being one of {string.Join(", ", SnakeCase.All<IntegrationMode>())}{(near is null ? "" : $"; did you mean {near}?")}");
            return (null, null);
        }

        if (colon < 0)
        {
            if (order.Output is null) Fault(IntegrateField, given, $"{word}:TARGET, or an OUTPUT, which the result is then integrated into");
            else if (order.Overwrite) Fault(IntegrateField, given, "no --overwrite beside it, which replaces OUTPUT, so that there is nothing to integrate into");
            return (mode, null);
        }

        var named = given[(colon + 1)..];
        var (path, refused) = TargetFile.Locate(named, cwd, order.AllowOutside ? null : cwd);
        refused ??= TargetFile.Read(path!, Path.GetFullPath(named, cwd)).Refused;
        if (refused is not null) Fault(IntegrateField, given, $"another target: {refused}");
        return (mode, named.Length == 0 ? null : Path.GetFullPath(named, cwd));
    }
}
