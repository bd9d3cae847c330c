using System.Buffers.Binary;
using System.Text;
using Awoc.Shim.Native;
using Awoc.Shim.Records;

namespace Awoc.Shim.Agent;

/// <summary>The shim's end of the gate: lets the agent go, and learns whether it executed.</summary>
internal sealed class GateLink(int socket)
{
    private readonly byte[] _report = new byte[6];
    private int _fd = socket;
    private int _length;
    private int _slot = -1;

    /// <summary>True until the gate has said how it went.</summary>
    internal bool IsOpen => _fd >= 0;

    /// <summary>True once the agent executes.</summary>
    internal bool Executed { get; private set; }

    /// <summary>Why it does not; null while all is well.</summary>
    internal string? Error { get; private set; }

    internal int Errno { get; private set; }

    internal void Go(Spec spec, List<byte[]> secrets, int relayPort)
    {
        var message = new MemoryStream();
        Span<byte> numbers = stackalloc byte[12];
        message.Write(numbers);
        message.Write(spec.Cwd);
        foreach (var argument in spec.Argv) WriteText(message, argument, relayPort);
        var entries = 0;
        foreach (var entry in spec.Env)
        {
            if (IsSetBy(entry, secrets) || SameName(entry, spec.Mark)) continue;
            WriteText(message, entry, relayPort);
            entries++;
        }

        foreach (var entry in secrets) WriteText(message, entry, relayPort);
        WriteText(message, spec.Mark, relayPort);
        entries += secrets.Count + 1;

        var bytes = message.GetBuffer().AsSpan(0, (int)message.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes, bytes.Length - 4);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], spec.Argv.Count);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[8..], entries);
        var error = Fd.WriteAll(_fd, bytes);
        bytes.Clear();
        Fd.SetNonBlocking(_fd);
        if (error != 0) Error = $"the gate cannot be reached: {Fd.Text(-error)}";
    }

    internal void Prepare(Poll poll) => _slot = IsOpen ? poll.Add(_fd, Ready.In) : -1;

    internal void Handle(Poll poll, Spec spec)
    {
        if (poll.Ready(_slot) != 0) Drain(spec);
    }

    /// <summary>Takes what the gate has said by now.</summary>
    internal void Drain(Spec spec)
    {
        while (IsOpen)
        {
            var n = _length < _report.Length ? Fd.Read(_fd, _report.AsSpan(_length)) : 0;
            if (n == -Native.Errno.Again) return;
            if (n > 0)
            {
                _length += n;
                continue;
            }

            Fd.Close(ref _fd);
            Conclude(spec);
        }
    }

    private void Conclude(Spec spec)
    {
        var report = _report.AsSpan(0, _length);
        var gone = report.StartsWith("G"u8);
        if (gone) report = report[1..];
        if (report.Length == 5)
        {
            Errno = BinaryPrimitives.ReadInt32LittleEndian(report[1..]);
            Error = report[0] == 'c'
                ? $"cannot enter the directory {Encoding.UTF8.GetString(Z.Trim(spec.Cwd!))}: {Fd.Text(Errno)}"
                : $"cannot execute {Encoding.UTF8.GetString(spec.Argv[0])}: {Fd.Text(Errno)}";
        }
        else if (gone)
        {
            Executed = true;
        }
        else
        {
            Error ??= "the gate ended before the agent could be executed";
        }
    }

    private static bool IsSetBy(byte[] entry, List<byte[]> others)
    {
        foreach (var other in others)
            if (SameName(entry, other)) return true;
        return false;
    }

    private static bool SameName(byte[] entry, byte[] other)
    {
        var name = entry.AsSpan(0, entry.AsSpan().IndexOf((byte)'=') + 1);
        return other.AsSpan().StartsWith(name);
    }

    private static void WriteText(MemoryStream message, ReadOnlySpan<byte> text, int relayPort)
    {
        var placeholder = "{relayPort}"u8;
        for (int at; relayPort > 0 && (at = text.IndexOf(placeholder)) >= 0; text = text[(at + placeholder.Length)..])
        {
            message.Write(text[..at]);
            message.Write(Encoding.ASCII.GetBytes(relayPort.ToString()));
        }

        message.Write(text);
        message.WriteByte(0);
    }
}
