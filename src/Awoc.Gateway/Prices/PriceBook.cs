using Microsoft.Extensions.Logging;

namespace Awoc.Gateway.Prices;

/// <summary>The prices in force: read again when the user's file has changed. A file with a fault leaves those before it in force.</summary>
internal sealed partial class PriceBook(string? path, ILogger logger)
{
    private readonly Lock _gate = new();
    private PriceList _list = PriceList.BuiltIn;
    private DateTime _read;

    /// <summary>What is wrong with the user's file, with its line; null when nothing is.</summary>
    public string? Fault { get; private set; }

    /// <summary>Where a user adds a price, for messages.</summary>
    public string Where => path ?? "the price list";

    public ModelPrice? Find(string? model) => Current().Find(model);

    /// <summary>What to do for the price of a model; null when it is known.</summary>
    public string? Missing(string? model)
    {
        if (Find(model) is not null) return null;
        var fault = Fault is { } why ? $" (not read: {why})" : "";
        return $"add it to {Where}{fault}";
    }

    private PriceList Current()
    {
        if (path is null) return _list;
        lock (_gate)
        {
            // A file that is not there has the year 1601 for its time.
            var written = File.GetLastWriteTimeUtc(path);
            if (written == _read) return _list;
            _read = written;
            try
            {
                _list = File.Exists(path) ? PriceList.BuiltIn.With(File.ReadAllText(path), path) : PriceList.BuiltIn;
                Fault = null;
            }
            catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
            {
                Fault = e.Message;
                LogFault(e.Message);
            }

            return _list;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "the user's prices are not used: {Fault}")]
    private partial void LogFault(string fault);
}
