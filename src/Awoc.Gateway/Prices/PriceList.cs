using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Awoc.Gateway.Prices;

/// <summary>Prices by model: those that come with the program, and a user's own in their place or beside them.</summary>
internal sealed partial class PriceList
{
    private const decimal CacheReadShare = 0.1m;
    private const decimal CacheWriteShare = 1.25m;

    private readonly FrozenDictionary<string, ModelPrice> _prices;

    private PriceList(IEnumerable<KeyValuePair<string, ModelPrice>> prices) =>
        _prices = prices.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public static PriceList BuiltIn { get; } = ReadBuiltIn();

    /// <summary>The price of a model as an agent names it; null when it is not known. Never a guess from another version of it.</summary>
    public ModelPrice? Find(string? model)
    {
        if (model is null) return null;
        var name = Suffix().Replace(model.Trim(), "");
        while (true)
        {
            if (_prices.TryGetValue(name, out var price)) return price;

            // claude-opus-4-5-20251101, claude-3-5-haiku-latest: a word or a date may go, a version may not.
            var dash = name.LastIndexOf('-');
            if (dash <= 0 || Version().IsMatch(name.AsSpan(dash + 1))) return null;
            name = name[..dash];
        }
    }

    /// <summary>This list with a user's own prices over it.</summary>
    /// <exception cref="FormatException">The text is no price list; the message names the line.</exception>
    public PriceList With(string yaml, string source)
    {
        var prices = new Dictionary<string, ModelPrice>(_prices, StringComparer.OrdinalIgnoreCase);
        foreach (var (model, price) in Read(yaml, source)) prices[model] = price;
        return new PriceList(prices);
    }

    private static PriceList ReadBuiltIn()
    {
        using var stream = typeof(PriceList).Assembly.GetManifestResourceStream("prices.yaml")!;
        using var reader = new StreamReader(stream);
        return new PriceList(Read(reader.ReadToEnd(), "prices.yaml"));
    }

    private static Dictionary<string, ModelPrice> Read(string yaml, string source)
    {
        var prices = new Dictionary<string, ModelPrice>(StringComparer.OrdinalIgnoreCase);
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(yaml));
        }
        catch (YamlException e)
        {
            throw new FormatException($"{source}, line {e.Start.Line}: {e.Message}", e);
        }

        if (stream.Documents.Count == 0) return prices;
        foreach (var (name, entry) in Fields(stream.Documents[0].RootNode, source, "a mapping with 'models'"))
        {
            if (name.Value != "models") throw Fault(source, name, $"'{name.Value}' is not known here; the one key is 'models'");
            foreach (var (model, price) in Fields(entry, source, "a mapping of models to prices")) prices[model.Value!] = ReadPrice(price, source);
        }

        return prices;
    }

    private static ModelPrice ReadPrice(YamlNode node, string source)
    {
        decimal? input = null, output = null, read = null, write = null;
        foreach (var (name, value) in Fields(node, source, "{ input: USD, output: USD } per million tokens"))
        {
            var figure = ReadFigure(value, source);
            _ = name.Value switch
            {
                "input" => input = figure,
                "output" => output = figure,
                "cache_read" => read = figure,
                "cache_write" => write = figure,
                _ => throw Fault(source, name, $"'{name.Value}' is not known here; a price has input, output, cache_read, cache_write"),
            };
        }

        if (input is null || output is null) throw Fault(source, node, "a price needs both input and output");
        return new ModelPrice(input.Value, output.Value, read ?? input.Value * CacheReadShare, write ?? input.Value * CacheWriteShare);
    }

    private static decimal ReadFigure(YamlNode node, string source) =>
        node is YamlScalarNode scalar && decimal.TryParse(scalar.Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var figure) && figure <= 1_000_000
            ? figure
            : throw Fault(source, node, $"'{node}' is no price: US dollars per million tokens, such as 3 or 0.25");

    private static IEnumerable<(YamlScalarNode Name, YamlNode Value)> Fields(YamlNode node, string source, string expected)
    {
        if (node is not YamlMappingNode mapping) throw Fault(source, node, $"expected {expected}");
        foreach (var (key, value) in mapping)
        {
            yield return key is YamlScalarNode { Value.Length: > 0 } name ? (name, value) : throw Fault(source, key, "a key must be a word");
        }
    }

    private static FormatException Fault(string source, YamlNode node, string why) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{source}, line {node.Start.Line}: {why}"));

    [GeneratedRegex(@"\[[^\]]*\]$")]
    private static partial Regex Suffix();

    [GeneratedRegex(@"^\d{1,2}$")]
    private static partial Regex Version();
}
