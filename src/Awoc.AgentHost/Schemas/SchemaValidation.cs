using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using NJsonSchema;
using NJsonSchema.Validation;

namespace Awoc.AgentHost.Schemas;

/// <summary>One document against one schema.</summary>
internal static class SchemaValidation
{
    private const int MostFindings = 50;

    private static readonly JsonLoadSettings s_load = new()
    {
        LineInfoHandling = LineInfoHandling.Load,
        DuplicatePropertyNameHandling = DuplicatePropertyNameHandling.Error,
    };

    public static async Task<CheckAnswer> CheckAsync(string schema, string document)
    {
        JsonSchema rules;
        try
        {
            rules = await JsonSchema.FromJsonAsync(schema);
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            return new CheckAnswer([], Error: $"the validator does not take the schema: {fault.Message}");
        }

        JToken token;
        try
        {
            using var reader = new DocumentReader(document);
            token = JToken.Load(reader, s_load);
        }
        catch (JsonReaderException fault)
        {
            return new CheckAnswer([new SchemaFinding(fault.LineNumber, FindingWords.Pointer(fault.Path), FindingWords.Cut(fault.Message))]);
        }

        try
        {
            var validator = new JsonSchemaValidator(new JsonSchemaValidatorSettings());
            var findings = validator.Validate(token, rules).SelectMany(FindingWords.Of).Distinct().ToList();
            return new CheckAnswer([.. findings.Take(MostFindings)], Math.Max(0, findings.Count - MostFindings));
        }
        catch (System.Text.RegularExpressions.RegexMatchTimeoutException slow)
        {
            // The schema was taken: what cannot be checked against it now is the document, and a document must not be able to bring that about unpunished.
            return Unchecked($"holds a text for which the pattern \"{slow.Pattern}\" takes too long");
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            return Unchecked($"makes the validator fail: {fault.Message}");
        }
    }

    private static CheckAnswer Unchecked(string why) => new([new SchemaFinding(null, "", FindingWords.Cut(why))]);

    /// <summary>Takes texts for texts, dates too, and 1.0 for the whole number that it is.</summary>
    private sealed class DocumentReader : JsonTextReader
    {
        private const double Largest = 1L << 53;

        public DocumentReader(string text)
            : base(new StringReader(text)) => (DateParseHandling, FloatParseHandling, MaxDepth) = (DateParseHandling.None, FloatParseHandling.Double, 64);

        public override bool Read()
        {
            if (!base.Read()) return false;
            // Beyond 64 bits the validator fails on a whole number; as a floating one it compares well enough.
            if (TokenType == JsonToken.Integer && Value is System.Numerics.BigInteger big) SetToken(JsonToken.Float, (double)big, updateIndex: false);
            else if (TokenType == JsonToken.Float && Value is double number && Math.Abs(number) < Largest && number == Math.Truncate(number))
                SetToken(JsonToken.Integer, (long)number, updateIndex: false);
            return true;
        }
    }
}
