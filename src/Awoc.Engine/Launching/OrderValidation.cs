using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using Awoc.Core.Agents;
using Awoc.Core.Catalog;
using Awoc.Core.Tasks;
using Awoc.Engine.Endings;
using Awoc.Engine.Settings;
using Awoc.Prompts.Catalog;

namespace Awoc.Engine.Launching;

/// <summary>Checks an order field by field and reports every fault at once, each naming the field, its value and what is allowed.</summary>
internal sealed partial class OrderValidation(LaunchOrder order, AwocSettings settings, TaskTypeCatalog types)
{
    /// <summary>In bytes: what is longer belongs in a file and <c>--context</c>.</summary>
    private const int LongestDescription = 1024 * 1024;

    private const int ShownValue = 60;
    private const int LongestModel = 128;

    /// <summary>The kernel's own limit, in bytes.</summary>
    private const int LongestFileName = 255;

    private readonly List<SpecFault> _faults = [];

    public IReadOnlyList<SpecFault> Faults => _faults;

    public void Add(SpecFault fault) => _faults.Add(fault);

    public (TaskType Type, string Description) Task(bool isCommand)
    {
        var text = order.Task;
        if (Encoding.UTF8.GetByteCount(text) > LongestDescription)
        {
            Fault("TYPE[:DESCRIPTION]", text, $"at most {LongestDescription / 1024} KiB of text; put the rest in a file and name it with --context");
            return (TaskTypeCatalog.Custom, "");
        }

        if (text.Any(c => char.IsControl(c) && c is not ('\n' or '\t' or '\r')))
        {
            Fault("TYPE[:DESCRIPTION]", text, "text without control characters (newlines and tabs are fine)");
            return (TaskTypeCatalog.Custom, "");
        }

        if (isCommand)
        {
            const string Prefix = TaskType.CustomName + ":";
            var command = text.StartsWith(Prefix, StringComparison.Ordinal) ? text[Prefix.Length..] : text;
            if (string.IsNullOrWhiteSpace(command)) Fault("COMMAND", text, "a shell command");
            return (TaskTypeCatalog.Custom, command.Trim());
        }

        switch (types.ParseTask(text))
        {
            case TaskRequest.Valid(var type, var description):
                if (description.Length == 0 && text.Contains(':', StringComparison.Ordinal))
                    Fault("DESCRIPTION", "", $"words after the colon, or '{type.Name}' alone");
                return (type, description);
            case TaskRequest.Invalid(var fault):
                _faults.Add(fault);
                return (TaskTypeCatalog.Custom, "");
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    public string Cwd()
    {
        if (Path.IsPathFullyQualified(order.Cwd) && Directory.Exists(order.Cwd)) return Path.TrimEndingDirectorySeparator(Path.GetFullPath(order.Cwd));
        Fault("--cwd", order.Cwd, "a directory that exists");
        return "/";
    }

    public string? Output(string cwd)
    {
        if (order.Output is not { } given) return null;
        if (given.Length == 0 || given.Contains('\0', StringComparison.Ordinal))
        {
            Fault("OUTPUT", given, "a file's path");
            return null;
        }

        var path = Path.GetFullPath(given, cwd);
        var parent = Path.GetDirectoryName(path);
        if (Directory.Exists(path) || given.EndsWith('/') || parent is null)
            Fault("OUTPUT", given, "a file's path, not a directory's");
        else if (Encoding.UTF8.GetByteCount(Path.GetFileName(path)) > LongestFileName)
            Fault("OUTPUT", given, $"a file name of at most {LongestFileName} bytes");
        else if (RegularFile.IsOther(path))
            Fault("OUTPUT", given, "a file's path, not a pipe's or a device's");
        else if (!Directory.Exists(parent))
            Fault("OUTPUT", given, $"a path in a directory that exists; make it with: mkdir -p {TaskFolders.LaunchScript.Quote(parent)}");
        else if (Access(parent, WriteAndSearch) != 0 || (RegularFile.Is(path) && Access(path, Write) != 0))
            Fault("OUTPUT", given, $"a path that can be written ({Marshal.GetLastPInvokeErrorMessage()}: {parent})");
        else if (!order.AllowOutside && !IsInside(Resolve(path), Resolve(cwd)))
            Fault("OUTPUT", given, $"a path inside the working directory {cwd}, or --allow-outside, or another --cwd");
        return path;
    }

    public ImmutableArray<string> Context(string cwd)
    {
        foreach (var given in order.Context)
        {
            if (given.Length == 0 || !Path.Exists(Path.GetFullPath(given, cwd))) Fault("--context", given, "a file that exists");
        }

        return [.. order.Context.Where(c => c.Length > 0).Select(c => Path.GetFullPath(c, cwd)).Distinct()];
    }

    public string? Name(string field, string? name)
    {
        if (name is null || OrderNames.IsName(name)) return name;
        Fault(field, name, OrderNames.Allowed);
        return null;
    }

    public string? Model(bool usesModel)
    {
        if (!usesModel) return null;
        var model = order.Model ?? settings.Model;
        if (model.Length <= LongestModel && ModelPattern().IsMatch(model)) return model;
        Fault("--model", model, "a model's name, such as sonnet, opus, haiku or claude-opus-4-8");
        return null;
    }

    private void Fault(string field, string value, string allowed)
    {
        var shown = new string([.. value.Take(ShownValue).Select(c => char.IsControl(c) ? '�' : c)]);
        _faults.Add(new SpecFault(field, value.Length > ShownValue ? shown + "…" : shown, allowed));
    }

    private static bool IsInside(string path, string directory) =>
        path == directory || directory == "/" || path.StartsWith(directory + "/", StringComparison.Ordinal);

    /// <summary>The path with every symbolic link followed: what a link leads out of is outside.</summary>
    private static string Resolve(string path)
    {
        var resolved = "/";
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var next = new DirectoryInfo(Path.Combine(resolved, part));
            resolved = next.LinkTarget is null ? next.FullName : Resolve(next.ResolveLinkTarget(returnFinalTarget: true)!.FullName);
        }

        return resolved;
    }

    private const int Write = 2;
    private const int WriteAndSearch = 3;

    [LibraryImport("libc", EntryPoint = "access", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._:/@\[\]?=&-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex ModelPattern();
}
