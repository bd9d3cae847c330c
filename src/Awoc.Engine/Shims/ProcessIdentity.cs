namespace Awoc.Engine.Shims;

/// <summary>A process as PID, start time and boot together name it: a PID alone is used again.</summary>
/// <param name="Pid">The process id.</param>
/// <param name="StartTicks">Clock ticks since boot.</param>
/// <param name="BootId">The boot.</param>
public readonly record struct ProcessIdentity(int Pid, long StartTicks, string BootId)
{
    /// <summary>True while this very process runs; a zombie does not.</summary>
    public bool IsAlive() => BootId == CurrentBoot() && Stat.Read(Pid) is { } stat && stat.StartTicks == StartTicks && !stat.IsDead;

    /// <summary>Id of the running boot.</summary>
    public static string CurrentBoot() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    /// <summary>The fields of <c>/proc/PID/stat</c> that matter here: <c>812 (a name) S 1 …</c>.</summary>
    internal readonly record struct Stat(char State, int Parent, long StartTicks)
    {
        public bool IsDead => State is 'Z' or 'X';

        public static Stat? Read(int pid)
        {
            string text;
            try
            {
                text = File.ReadAllText($"/proc/{pid}/stat");
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                return null;
            }

            // The name may hold spaces and brackets: the fields begin after the last one.
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return new Stat(fields[0][0], int.Parse(fields[1]), long.Parse(fields[19]));
        }
    }
}
