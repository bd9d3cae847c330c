using System.Text;
using System.Text.Json;
using Awoc.Shim.Native;

namespace Awoc.Shim.Records;

/// <summary>A process as PID, start time and boot together name it.</summary>
internal sealed record Identity(int Pid, long StartTicks, string BootId)
{
    internal static Identity Own() => Of(Libc.ProcessId());

    internal static Identity Of(int pid)
    {
        var boot = Fd.ReadFile(Fd.WorkingDirectory, "/proc/sys/kernel/random/boot_id"u8) ?? [];
        return new Identity(pid, ProcessStat.Read(pid)?.StartTicks ?? 0, Encoding.ASCII.GetString(boot).TrimEnd('\n'));
    }

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteNumber("pid"u8, Pid);
        json.WriteNumber("startTicks"u8, StartTicks);
        json.WriteString("bootId"u8, BootId);
    }
}
