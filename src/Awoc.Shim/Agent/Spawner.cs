using System.Runtime.InteropServices;
using Awoc.Shim.Native;

namespace Awoc.Shim.Agent;

/// <summary>posix_spawn: a session of its own, every signal at its default, and no descriptor but those that are given.</summary>
internal static unsafe class Spawner
{
    // More than either opaque type has on any 64-bit glibc (336 and 80 bytes).
    private const int OpaqueSize = 512;
    private const short SetDefaults = 0x04, SetMask = 0x08, NewSession = 0x80;

    /// <summary>Starts a program; <paramref name="fds"/> become its descriptors 0, 1, 2 and on. They must not be low numbers themselves.</summary>
    internal static int Start(ReadOnlySpan<byte> path, List<byte[]> arguments, List<byte[]> environment, ReadOnlySpan<int> fds)
    {
        var actions = stackalloc byte[OpaqueSize];
        var attributes = stackalloc byte[OpaqueSize];
        _ = Libc.ActionsInit(actions);
        _ = Libc.AttributesInit(attributes);
        var none = default(SignalSet);
        var all = SignalSet.Full();
        _ = Libc.AttributesMask(attributes, &none);
        _ = Libc.AttributesDefault(attributes, &all);
        _ = Libc.AttributesFlags(attributes, SetDefaults | SetMask | NewSession);
        for (var i = 0; i < fds.Length; i++) _ = Libc.ActionsDuplicate(actions, fds[i], i);

        var argv = Vector(arguments);
        var envp = Vector(environment);
        int pid;
        int error;
        fixed (byte* p = path) error = Libc.Spawn(&pid, p, actions, attributes, argv, envp);
        Free(argv);
        Free(envp);
        _ = Libc.ActionsDestroy(actions);
        _ = Libc.AttributesDestroy(attributes);
        return error == 0 ? pid : throw new ShimException("cannot start a process", error);
    }

    private static byte** Vector(List<byte[]> texts)
    {
        var vector = (byte**)NativeMemory.Alloc((nuint)(texts.Count + 1), (nuint)sizeof(byte*));
        for (var i = 0; i < texts.Count; i++)
        {
            vector[i] = (byte*)NativeMemory.Alloc((nuint)texts[i].Length + 1);
            texts[i].CopyTo(new Span<byte>(vector[i], texts[i].Length));
            vector[i][texts[i].Length] = 0;
        }

        vector[texts.Count] = null;
        return vector;
    }

    private static void Free(byte** vector)
    {
        for (var p = vector; *p != null; p++) NativeMemory.Free(*p);
        NativeMemory.Free(vector);
    }
}
