using Awoc.Engine.Endings;
using Awoc.Engine.Shims;

namespace Awoc.Engine.Settings;

/// <summary>A settings file is a person's: it is replaced whole and durably, keeps its owner and mode, and only if it still is what was read.</summary>
public static class SettingsFile
{
    /// <param name="before">What the new text was made from.</param>
    /// <returns>False when somebody has changed the file meanwhile.</returns>
    public static bool Replace(string path, string before, string text)
    {
        // One that is kept elsewhere and linked to stays linked.
        var target = (File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName : null) ?? path;
        return DurableFile.Replace(
            target,
            target + ".tmp",
            System.Text.Encoding.UTF8.GetBytes(text),
            File.Exists(target) ? RegularFile.OwnerOf(target) : null,
            () => (File.Exists(target) ? File.ReadAllText(target) : "") == before);
    }
}
