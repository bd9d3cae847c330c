using System.Globalization;
using System.Text;

namespace Awoc.Daemon.Logging;

/// <summary>
/// The daemon's log: one line an event, in a file that is rotated by size, so that a daemon which runs for a year fills no
/// disk. A line that cannot be written is dropped: a full disk must not stop the daemon.
/// </summary>
internal sealed class RotatedFileLog(string path, TimeProvider time) : ILoggerProvider
{
    private const long MaxBytes = 4 * 1024 * 1024;
    private const int Kept = 3;

    private readonly Lock _lock = new();
    private FileStream? _file;

    public ILogger CreateLogger(string categoryName) => new FileLogger(this, categoryName[(categoryName.LastIndexOf('.') + 1)..]);

    public void Dispose()
    {
        lock (_lock) _file?.Dispose();
    }

    private void Write(LogLevel level, string category, string message, Exception? exception)
    {
        var stamp = time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        var line = Encoding.UTF8.GetBytes($"{stamp} {level} {category}: {message}{(exception is null ? "" : $"\n{exception}")}\n");
        lock (_lock)
        {
            try
            {
                _file ??= Open();
                if (_file.Length + line.Length > MaxBytes) Rotate();
                _file!.Write(line);
                _file.Flush();
            }
            catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
            {
                _file?.Dispose();
                _file = null;
            }
        }
    }

    private void Rotate()
    {
        _file?.Dispose();
        for (var n = Kept - 1; n >= 1; n--)
        {
            if (File.Exists($"{path}.{n}")) File.Move($"{path}.{n}", $"{path}.{n + 1}", overwrite: true);
        }

        File.Move(path, $"{path}.1", overwrite: true);
        _file = Open();
    }

    private FileStream Open() => new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);

    private sealed class FileLogger(RotatedFileLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) log.Write(logLevel, category, formatter(state, exception), exception);
        }
    }
}
