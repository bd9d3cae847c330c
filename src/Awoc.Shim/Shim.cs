using System.Buffers.Text;
using System.Runtime.CompilerServices;
using Awoc.Shim.Native;
using Awoc.Shim.Records;

namespace Awoc.Shim;

/// <summary>From the command line to the claim, and to the records that must exist before the agent may.</summary>
internal static class Shim
{
    private const int ExitRoom = 32768, InfoRoom = 8192;

    internal static int Run(string path)
    {
        try
        {
            Detach();
            var directory = new AttemptDirectory(path);
            return Supervise(directory);
        }
        catch (ShimException failure)
        {
            _ = Fd.WriteAll(2, Z.Trim(Z.Of($"awoc-shim: {failure.Words}\n")));
            return ExitCodes.BadSpec;
        }
    }

    private static int Supervise(AttemptDirectory directory)
    {
        Spec spec;
        try
        {
            spec = Spec.Read(directory.Fd);
        }
        catch (ShimException failure)
        {
            directory.Note(failure.Words);
            return ExitCodes.BadSpec;
        }

        var signals = SignalSource.Take();
        using var json = new JsonOut();
        var self = Identity.Own();
        Draft? exit = null;
        Draft? info = null;
        try
        {
            var claim = json.Begin();
            claim.WriteNumber("fence"u8, spec.Fence);
            self.Write(claim);
            if (!directory.Claim(json.End())) return ExitCodes.Claimed;
            exit = new Draft(directory, "exit.json", ExitRoom);
            info = new Draft(directory, "shim.json", InfoRoom);
        }
        catch (ShimException failure)
        {
            // Without room for its end an attempt is not begun. Nothing ran: another shim may take it up.
            exit?.Drop();
            directory.GiveClaimBack();
            directory.Note(failure.Words);
            return ExitCodes.NoRecords;
        }

        return new Supervisor(directory, spec, json, self, exit, info, signals).Run();
    }

    /// <summary>A session of its own, nothing inherited, and the orphans of the tree as its own children.</summary>
    private static void Detach()
    {
        const int SubreaperOption = 36, DumpableOption = 4;
        _ = Libc.NewSession();
        CloseInherited();
        var none = Fd.Open(Fd.WorkingDirectory, "/dev/null"u8, Open.ReadWrite);
        for (var fd = 0; fd <= 2; fd++) _ = Libc.Duplicate(none, fd);
        Fd.Close(ref none);
        _ = Libc.ProcessControl(SubreaperOption, 1, 0, 0, 0);

        // The agent runs as the same user: it must not read a held credential out of our memory.
        _ = Libc.ProcessControl(DumpableOption, 0, 0, 0, 0);
        _ = Libc.SignalHandler(Signals.Hup, 1);
        _ = Libc.SignalHandler(Signals.Pipe, 1);
    }

    /// <summary>
    /// A shim lives as long as its agent and must not keep a daemon's sockets or locks open that long. The runtime's own descriptor for
    /// random numbers is left alone: it would read from whatever took its number.
    /// </summary>
    private static unsafe void CloseInherited()
    {
        // In a plain build these are also the just-in-time runtime's own, which it does not survive without.
        if (RuntimeFeature.IsDynamicCodeCompiled) return;
        const int MostNumbers = 1024;
        Span<int> open = stackalloc int[MostNumbers];
        var count = 0;
        void* listing;
        fixed (byte* p = "/proc/self/fd"u8) listing = Libc.OpenDirectory(p);
        if (listing == null) return;
        for (var entry = Libc.ReadDirectory(listing); entry != null && count < MostNumbers; entry = Libc.ReadDirectory(listing))
            if (Utf8Parser.TryParse(Fd.Bytes(&entry->Name), out int fd, out _) && fd > 2) open[count++] = fd;
        _ = Libc.CloseDirectory(listing);

        Span<byte> target = stackalloc byte[16];
        foreach (var fd in open[..count])
        {
            int length;
            fixed (byte* p = Z.Of($"/proc/self/fd/{fd}"), t = target) length = (int)Libc.ReadLinkAt(Fd.WorkingDirectory, p, t, target.Length);
            if (length < 0 || target[..length].SequenceEqual("/dev/urandom"u8)) continue;
            _ = Libc.Close(fd);
        }
    }
}
