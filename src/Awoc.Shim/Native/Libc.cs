using System.Runtime.InteropServices;

namespace Awoc.Shim.Native;

/// <summary>The C library as it is: blittable signatures, numbers as on 64-bit Linux (the ones used here are the same on x64 and arm64).</summary>
internal static unsafe partial class Libc
{
    private const string C = "libc";

    [LibraryImport(C, EntryPoint = "openat", SetLastError = true)]
    internal static partial int OpenAt(int directory, byte* path, int flags, uint mode);

    [LibraryImport(C, EntryPoint = "close")]
    internal static partial int Close(int fd);

    [LibraryImport(C, EntryPoint = "read", SetLastError = true)]
    internal static partial nint Read(int fd, void* buffer, nint count);

    [LibraryImport(C, EntryPoint = "write", SetLastError = true)]
    internal static partial nint Write(int fd, void* buffer, nint count);

    [LibraryImport(C, EntryPoint = "pread", SetLastError = true)]
    internal static partial nint PRead(int fd, void* buffer, nint count, long offset);

    [LibraryImport(C, EntryPoint = "pwrite", SetLastError = true)]
    internal static partial nint PWrite(int fd, void* buffer, nint count, long offset);

    [LibraryImport(C, EntryPoint = "lseek", SetLastError = true)]
    internal static partial long Seek(int fd, long offset, int whence);

    [LibraryImport(C, EntryPoint = "ftruncate", SetLastError = true)]
    internal static partial int Truncate(int fd, long length);

    [LibraryImport(C, EntryPoint = "posix_fallocate")]
    internal static partial int Allocate(int fd, long offset, long length);

    [LibraryImport(C, EntryPoint = "fsync", SetLastError = true)]
    internal static partial int Sync(int fd);

    [LibraryImport(C, EntryPoint = "linkat", SetLastError = true)]
    internal static partial int LinkAt(int fromDirectory, byte* from, int toDirectory, byte* to, int flags);

    [LibraryImport(C, EntryPoint = "renameat", SetLastError = true)]
    internal static partial int RenameAt(int fromDirectory, byte* from, int toDirectory, byte* to);

    [LibraryImport(C, EntryPoint = "unlinkat", SetLastError = true)]
    internal static partial int UnlinkAt(int directory, byte* path, int flags);

    [LibraryImport(C, EntryPoint = "mkdir", SetLastError = true)]
    internal static partial int MakeDirectory(byte* path, uint mode);

    [LibraryImport(C, EntryPoint = "faccessat", SetLastError = true)]
    internal static partial int AccessAt(int directory, byte* path, int mode, int flags);

    [LibraryImport(C, EntryPoint = "chdir", SetLastError = true)]
    internal static partial int ChangeDirectory(byte* path);

    [LibraryImport(C, EntryPoint = "umask")]
    internal static partial uint UserMask(uint mask);

    [LibraryImport(C, EntryPoint = "opendir", SetLastError = true)]
    internal static partial void* OpenDirectory(byte* path);

    [LibraryImport(C, EntryPoint = "readdir")]
    internal static partial DirectoryEntry* ReadDirectory(void* directory);

    [LibraryImport(C, EntryPoint = "closedir")]
    internal static partial int CloseDirectory(void* directory);

    [LibraryImport(C, EntryPoint = "readlinkat", SetLastError = true)]
    internal static partial nint ReadLinkAt(int directory, byte* path, byte* buffer, nint size);

    [LibraryImport(C, EntryPoint = "dup2", SetLastError = true)]
    internal static partial int Duplicate(int from, int to);

    [LibraryImport(C, EntryPoint = "fcntl", SetLastError = true)]
    internal static partial int Control(int fd, int command, nint argument);

    [LibraryImport(C, EntryPoint = "pipe2", SetLastError = true)]
    internal static partial int Pipe(int* fds, int flags);

    [LibraryImport(C, EntryPoint = "poll", SetLastError = true)]
    internal static partial int Poll(PollSlot* slots, nuint count, int timeoutMs);

    [LibraryImport(C, EntryPoint = "clock_gettime")]
    internal static partial int ClockGet(int clock, TimeSpec* time);

    [LibraryImport(C, EntryPoint = "nanosleep")]
    internal static partial int NanoSleep(TimeSpec* duration, TimeSpec* rest);

    [LibraryImport(C, EntryPoint = "socket", SetLastError = true)]
    internal static partial int Socket(int family, int type, int protocol);

    [LibraryImport(C, EntryPoint = "socketpair", SetLastError = true)]
    internal static partial int SocketPair(int family, int type, int protocol, int* fds);

    [LibraryImport(C, EntryPoint = "bind", SetLastError = true)]
    internal static partial int Bind(int fd, void* address, uint length);

    [LibraryImport(C, EntryPoint = "listen", SetLastError = true)]
    internal static partial int Listen(int fd, int backlog);

    [LibraryImport(C, EntryPoint = "accept4", SetLastError = true)]
    internal static partial int Accept(int fd, void* address, uint* length, int flags);

    [LibraryImport(C, EntryPoint = "connect", SetLastError = true)]
    internal static partial int Connect(int fd, void* address, uint length);

    [LibraryImport(C, EntryPoint = "getsockname", SetLastError = true)]
    internal static partial int SocketName(int fd, void* address, uint* length);

    [LibraryImport(C, EntryPoint = "getsockopt", SetLastError = true)]
    internal static partial int GetOption(int fd, int level, int option, void* value, uint* length);

    [LibraryImport(C, EntryPoint = "setsockopt", SetLastError = true)]
    internal static partial int SetOption(int fd, int level, int option, void* value, uint length);

    [LibraryImport(C, EntryPoint = "send", SetLastError = true)]
    internal static partial nint Send(int fd, void* buffer, nint count, int flags);

    [LibraryImport(C, EntryPoint = "recv", SetLastError = true)]
    internal static partial nint Receive(int fd, void* buffer, nint count, int flags);

    [LibraryImport(C, EntryPoint = "shutdown", SetLastError = true)]
    internal static partial int Shutdown(int fd, int how);

    [LibraryImport(C, EntryPoint = "getpid")]
    internal static partial int ProcessId();

    [LibraryImport(C, EntryPoint = "getppid")]
    internal static partial int ParentProcessId();

    [LibraryImport(C, EntryPoint = "getuid")]
    internal static partial uint UserId();

    [LibraryImport(C, EntryPoint = "setsid", SetLastError = true)]
    internal static partial int NewSession();

    [LibraryImport(C, EntryPoint = "prctl", SetLastError = true)]
    internal static partial int ProcessControl(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport(C, EntryPoint = "kill", SetLastError = true)]
    internal static partial int Kill(int pid, int signal);

    [LibraryImport(C, EntryPoint = "wait4", SetLastError = true)]
    internal static partial int Wait(int pid, int* status, int options, ResourceUse* use);

    [LibraryImport(C, EntryPoint = "getrusage")]
    internal static partial int GetResourceUse(int who, ResourceUse* use);

    [LibraryImport(C, EntryPoint = "execve", SetLastError = true)]
    internal static partial int Execute(byte* path, byte** arguments, byte** environment);

    [LibraryImport(C, EntryPoint = "posix_spawn")]
    internal static partial int Spawn(int* pid, byte* path, void* actions, void* attributes, byte** arguments, byte** environment);

    [LibraryImport(C, EntryPoint = "posix_spawn_file_actions_init")]
    internal static partial int ActionsInit(void* actions);

    [LibraryImport(C, EntryPoint = "posix_spawn_file_actions_adddup2")]
    internal static partial int ActionsDuplicate(void* actions, int from, int to);

    [LibraryImport(C, EntryPoint = "posix_spawn_file_actions_destroy")]
    internal static partial int ActionsDestroy(void* actions);

    [LibraryImport(C, EntryPoint = "posix_spawnattr_init")]
    internal static partial int AttributesInit(void* attributes);

    [LibraryImport(C, EntryPoint = "posix_spawnattr_setflags")]
    internal static partial int AttributesFlags(void* attributes, short flags);

    [LibraryImport(C, EntryPoint = "posix_spawnattr_setsigmask")]
    internal static partial int AttributesMask(void* attributes, SignalSet* set);

    [LibraryImport(C, EntryPoint = "posix_spawnattr_setsigdefault")]
    internal static partial int AttributesDefault(void* attributes, SignalSet* set);

    [LibraryImport(C, EntryPoint = "posix_spawnattr_destroy")]
    internal static partial int AttributesDestroy(void* attributes);

    [LibraryImport(C, EntryPoint = "signal")]
    internal static partial nint SignalHandler(int signal, nint handler);

    [LibraryImport(C, EntryPoint = "pthread_sigmask")]
    internal static partial int SignalMask(int how, SignalSet* set, SignalSet* old);

    [LibraryImport(C, EntryPoint = "signalfd", SetLastError = true)]
    internal static partial int SignalDescriptor(int fd, SignalSet* set, int flags);

    [LibraryImport(C, EntryPoint = "syscall", SetLastError = true)]
    internal static partial nint SystemCall(nint number, nuint a, nuint b, nuint c);

    [LibraryImport(C, EntryPoint = "strerror")]
    internal static partial byte* ErrorText(int error);
}
