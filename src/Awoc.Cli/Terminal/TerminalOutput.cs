using System.Runtime.InteropServices;
using System.Text;
using Spectre.Console;

namespace Awoc.Cli.Terminal;

/// <summary>
/// Standard output as the rendering library writes to it. Its own class asks the base library's console, which switches the
/// keypad of the terminal to another mode and leaves it there.
/// </summary>
internal sealed partial class TerminalOutput(TextWriter writer) : IAnsiConsoleOutput
{
    private const nuint TIOCGWINSZ = 0x5413;
    private readonly WindowSize _size = Measure();

    public TextWriter Writer => writer;

    public bool IsTerminal => true;

    public int Width => _size.Columns > 0 ? _size.Columns : 80;

    public int Height => _size.Rows > 0 ? _size.Rows : 24;

    public void SetEncoding(Encoding encoding)
    {
        // It is UTF-8, always.
    }

    private static WindowSize Measure()
    {
        var size = new WindowSize();
        _ = ReadSize(1, TIOCGWINSZ, ref size);
        return size;
    }

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int ReadSize(int descriptor, nuint request, ref WindowSize size);

    [StructLayout(LayoutKind.Sequential)]
    private struct WindowSize
    {
        public ushort Rows;
        public ushort Columns;
        public ushort WidthInPixels;
        public ushort HeightInPixels;
    }
}
