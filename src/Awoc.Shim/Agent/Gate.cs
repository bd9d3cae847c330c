using System.Runtime.InteropServices;
using Awoc.Shim.Native;

namespace Awoc.Shim.Agent;

/// <summary>
/// The agent's process before it is the agent: it waits until its existence is durably recorded, then executes. Command and environment,
/// secrets included, come over the socket, so that nothing of them shows in <c>/proc</c> before the agent itself does.
/// On the socket: a 32-bit length and as many bytes, being counts of arguments and of environment entries (32 bits each), then the
/// working directory, the arguments and the entries, each ended by a NUL. Back come 'G' just before the exec and, where something fails,
/// the stage ('c' chdir, 'e' exec) and the 32-bit error; the end of the stream alone means that the agent executes.
/// </summary>
internal static unsafe class Gate
{
    internal const int Socket = 3;
    private const int Failed = 125;

    internal static int Pass(int socket)
    {
        Fd.SetCloseOnExec(socket);

        // Without its shim an agent has no stdin, no model and no deadline: it goes with it.
        const int ParentDeathSignal = 1;
        _ = Libc.ProcessControl(ParentDeathSignal, Signals.Kill, 0, 0, 0);

        uint length;
        if (!Receive(socket, (byte*)&length, sizeof(uint))) return Failed;
        var message = (byte*)NativeMemory.Alloc(length);
        if (!Receive(socket, message, (int)length)) return Failed;

        var arguments = ((int*)message)[0];
        var entries = ((int*)message)[1];
        var text = message + (2 * sizeof(int));
        var cwd = Take(ref text);
        var argv = TakeVector(ref text, arguments);
        var envp = TakeVector(ref text, entries);

        if (Libc.ChangeDirectory(cwd) != 0) return Report(socket, 'c', Marshal.GetLastPInvokeError());
        ResetSignals();
        CloseTheRest();
        byte go = (byte)'G';
        _ = Fd.WriteAll(socket, new ReadOnlySpan<byte>(in go));
        return Report(socket, 'e', Execute(argv, envp));
    }

    /// <summary>As execvpe(3) does, but by the PATH of the agent's environment and not of ours. Returns only with an error.</summary>
    private static int Execute(byte** argv, byte** envp)
    {
        var name = Fd.Bytes(argv[0]);
        if (name.IsEmpty) return Errno.NoEntry;
        if (name.Contains((byte)'/')) return ExecuteFile(argv[0], argv, envp);

        var path = "/usr/local/bin:/usr/bin:/bin"u8;
        for (var entry = envp; *entry != null; entry++)
            if (Fd.Bytes(*entry) is var text && text.StartsWith("PATH="u8)) path = text[5..];

        var denied = false;
        foreach (var range in path.Split((byte)':'))
        {
            var directory = path[range];
            fixed (byte* file = Z.Join(directory.IsEmpty ? "."u8 : directory, "/"u8, name))
            {
                var error = ExecuteFile(file, argv, envp);
                if (error == Errno.Access) denied = true;
                else if (error is not (Errno.NoEntry or Errno.NotDirectory)) return error;
            }
        }

        return denied ? Errno.Access : Errno.NoEntry;
    }

    private static int ExecuteFile(byte* file, byte** argv, byte** envp)
    {
        _ = Libc.Execute(file, argv, envp);
        var error = Marshal.GetLastPInvokeError();
        if (error != Errno.NoExecutable) return error;

        // A script without its first line is the shell's.
        var count = 0;
        while (argv[count] != null) count++;
        var shell = (byte**)NativeMemory.Alloc((nuint)(count + 2), (nuint)sizeof(byte*));
        fixed (byte* sh = "/bin/sh"u8)
        {
            shell[0] = sh;
            shell[1] = file;
            for (var i = 1; i <= count; i++) shell[i + 1] = argv[i];
            _ = Libc.Execute(sh, shell, envp);
        }

        return error;
    }

    /// <summary>An exec keeps what is ignored and what is blocked; the agent is to find neither.</summary>
    private static void ResetSignals()
    {
        const int SetMask = 2;
        for (var signal = 1; signal <= 64; signal++) _ = Libc.SignalHandler(signal, 0);
        var none = default(SignalSet);
        _ = Libc.SignalMask(SetMask, &none, null);
    }

    /// <summary>Marks everything above stderr to be closed by the exec.</summary>
    private static void CloseTheRest()
    {
        const int CloseRange = 436, OnExecOnly = 4;
        if (Libc.SystemCall(CloseRange, Socket, uint.MaxValue, OnExecOnly) == 0) return;
        for (var fd = Socket; fd < 4096; fd++) Fd.SetCloseOnExec(fd);
    }

    private static int Report(int socket, char stage, int error)
    {
        Span<byte> report = stackalloc byte[5];
        report[0] = (byte)stage;
        BitConverter.TryWriteBytes(report[1..], error);
        _ = Fd.WriteAll(socket, report);
        return Failed;
    }

    private static bool Receive(int socket, byte* into, int length)
    {
        for (var done = 0; done < length;)
        {
            var n = Fd.Read(socket, new Span<byte>(into + done, length - done));
            if (n <= 0) return false;
            done += n;
        }

        return true;
    }

    private static byte* Take(ref byte* text)
    {
        var taken = text;
        while (*text != 0) text++;
        text++;
        return taken;
    }

    private static byte** TakeVector(ref byte* text, int count)
    {
        var vector = (byte**)NativeMemory.Alloc((nuint)(count + 1), (nuint)sizeof(byte*));
        for (var i = 0; i < count; i++) vector[i] = Take(ref text);
        vector[count] = null;
        return vector;
    }
}
