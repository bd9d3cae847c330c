using Awoc.AgentHost.Schemas;
using Awoc.Core.Contracts;
using Awoc.Documents.Contracts.Json;
using Awoc.Runners.Builtin;
using Xunit;

namespace Awoc.AgentHost.Tests;

/// <summary>What the schema reader lets pass, the validator enforces: one instance that keeps each keyword, one that breaks it.</summary>
public sealed class SchemaKeywordTests
{
    public static TheoryData<string, string, string, string> Keywords { get; } = new()
    {
        { "type", """{"type":"string"}""", "\"a\"", "1" },
        { "type", """{"type":"integer"}""", "1", "1.5" },
        { "type", """{"type":"integer"}""", "1.0", "\"1\"" },
        { "type", """{"type":"number"}""", "1.5", "\"1\"" },
        { "type", """{"type":"number"}""", "123456789012345678901234567890", "true" },
        { "type", """{"type":"boolean"}""", "true", "0" },
        { "type", """{"type":"null"}""", "null", "0" },
        { "type", """{"type":"object"}""", "{}", "[]" },
        { "type", """{"type":"array"}""", "[]", "{}" },
        { "type", """{"type":["string","null"]}""", "null", "1" },
        { "enum", """{"enum":["a",1,null,true]}""", "1", "\"1\"" },
        { "enum", """{"enum":["a",1,null,true]}""", "null", "\"\"" },
        { "enum", """{"enum":["a",1,null,true]}""", "true", "\"true\"" },
        { "enum", """{"enum":[1]}""", "1.0", "\"1\"" },
        { "enum", """{"enum":[""]}""", "\"\"", "null" },
        { "enum", """{"type":"string","enum":["2020-01-01T00:00:00Z"]}""", "\"2020-01-01T00:00:00Z\"", "\"2020-01-01T00:00:01Z\"" },
        { "enum", """{"type":["string","null"],"enum":["a",null]}""", "null", "\"b\"" },
        { "const", """{"const":"a"}""", "\"a\"", "\"b\"" },
        { "const", """{"const":1}""", "1", "\"1\"" },
        { "const", """{"properties":{"kind":{"const":"a"}},"required":["kind"]}""", """{"kind":"a"}""", """{"kind":"b"}""" },
        { "const", """{"const":null}""", "null", "0" },
        { "minimum", """{"minimum":2}""", "2", "1" },
        { "minimum", """{"minimum":2}""", "\"a\"", "1.99" },
        { "maximum", """{"maximum":2}""", "2", "3" },
        { "maximum", """{"maximum":10}""", "5", "123456789012345678901234567890" },
        { "exclusiveMinimum", """{"exclusiveMinimum":2}""", "3", "2" },
        { "exclusiveMaximum", """{"type":"number","exclusiveMaximum":2}""", "1.9", "2" },
        { "multipleOf", """{"multipleOf":2}""", "4", "3" },
        { "multipleOf", """{"multipleOf":0.01}""", "0.07", "0.075" },
        { "minLength", """{"minLength":2}""", "\"ab\"", "\"a\"" },
        { "maxLength", """{"maxLength":2}""", "\"ab\"", "\"abc\"" },
        { "maxLength", """{"type":"string","maxLength":0}""", "\"\"", "\"a\"" },
        { "pattern", """{"pattern":"^a+$"}""", "\"aa\"", "\"b\"" },
        { "pattern", """{"type":"string","pattern":"^\\d{4}-\\d\\d-\\d\\dT"}""", "\"2020-01-01T00:00:00Z\"", "\"x\"" },
        { "format", """{"type":"string","format":"date-time"}""", "\"2020-01-01T00:00:00Z\"", "\"yesterday\"" },
        { "format", """{"type":"string","format":"date"}""", "\"2020-01-01\"", "\"01.01.2020\"" },
        { "format", """{"type":"string","format":"time"}""", "\"10:00:00Z\"", "\"ten\"" },
        { "format", """{"type":"string","format":"email"}""", "\"a@b.de\"", "\"a at b\"" },
        { "format", """{"type":"string","format":"hostname"}""", "\"a.b\"", "\"a b\"" },
        { "format", """{"type":"string","format":"ipv4"}""", "\"1.2.3.4\"", "\"1.2.3\"" },
        { "format", """{"type":"string","format":"ipv6"}""", "\"::1\"", "\"1.2.3.4.5\"" },
        { "format", """{"type":"string","format":"uri"}""", "\"http://a/b\"", "\"not a uri\"" },
        { "format", """{"type":"string","format":"uuid"}""", "\"12345678-1234-1234-1234-123456789abc\"", "\"1234\"" },
        { "items", """{"items":{"type":"integer"}}""", "[1]", "[1,\"a\"]" },
        { "items", """{"items":false}""", "[]", "[1]" },
        { "minItems", """{"minItems":1}""", "[1]", "[]" },
        { "maxItems", """{"maxItems":1}""", "[1]", "[1,2]" },
        { "maxItems", """{"type":"array","maxItems":0}""", "[]", "[1]" },
        { "uniqueItems", """{"uniqueItems":true,"items":{"type":"string"}}""", """["a","A"]""", """["a","a"]""" },
        { "uniqueItems", """{"uniqueItems":true,"items":{"type":"integer"}}""", "[1,2]", "[1,1.0]" },
        { "properties", """{"properties":{"a":{"type":"string"}}}""", """{"a":""}""", """{"a":1}""" },
        { "properties", """{"properties":{"a":false}}""", """{"b":1}""", """{"a":1}""" },
        { "properties", """{"properties":{"type":{"type":"string"},"required":{"type":"boolean"}}}""", """{"type":"x","required":true}""", """{"type":1}""" },
        { "required", """{"type":"object","required":["a"]}""", """{"a":1}""", "{}" },
        { "required", """{"required":["a"]}""", "1", "{}" },
        { "required", """{"type":["object","null"],"required":["a"]}""", "null", "{}" },
        { "required", """{"type":["object","array"],"required":["a"],"minItems":1}""", "[1]", "{}" },
        { "additionalProperties", """{"properties":{"a":{}},"additionalProperties":false}""", """{"a":1}""", """{"b":1}""" },
        { "additionalProperties", """{"properties":{"a":{}},"additionalProperties":{"type":"string"}}""", """{"a":1,"b":""}""", """{"b":1}""" },
        { "additionalProperties", """{"type":"object","additionalProperties":true}""", """{"a":1}""", "1" },
        { "patternProperties", """{"patternProperties":{"^x":{"type":"string"}}}""", """{"xa":"","b":1}""", """{"xa":1}""" },
        { "patternProperties", """{"patternProperties":{"^x":{"type":"string"}},"additionalProperties":false}""", """{"xa":""}""", """{"y":1}""" },
        { "patternProperties", """{"properties":{"xa":{}},"patternProperties":{"^x":{"type":"string"}}}""", """{"xa":""}""", """{"xa":1}""" },
        { "patternProperties", """{"patternProperties":{"^x":{"type":"string"}},"additionalProperties":{"type":"integer"}}""", """{"xa":"","b":1}""", """{"b":""}""" },
        { "minProperties", """{"minProperties":1}""", """{"a":1}""", "{}" },
        { "maxProperties", """{"maxProperties":1}""", """{"a":1}""", """{"a":1,"b":2}""" },
        { "maxProperties", """{"maxProperties":0}""", "{}", """{"a":1}""" },
        { "allOf", """{"allOf":[{"type":"integer"},{"minimum":2}]}""", "2", "1" },
        { "allOf", """{"minimum":5,"allOf":[{"$ref":"#/$defs/a"}],"$defs":{"a":{"type":"integer"}}}""", "5", "1" },
        { "allOf", """{"minItems":2,"allOf":[{"$ref":"#/$defs/a"}],"$defs":{"a":{"type":"array"}}}""", "[1,2]", "[1]" },
        { "anyOf", """{"anyOf":[{"type":"integer"},{"type":"null"}]}""", "null", "\"a\"" },
        { "anyOf", """{"required":["q"],"anyOf":[{"$ref":"#/$defs/a"}],"$defs":{"a":{"type":"object"}}}""", """{"q":1}""", "{}" },
        { "anyOf", """{"anyOf":[{"required":["a"]},{"required":["b"]}]}""", """{"a":1}""", "{}" },
        { "oneOf", """{"oneOf":[{"type":"integer"},{"minimum":2}]}""", "1", "2" },
        { "oneOf", """{"oneOf":[{"type":"object","required":["a"]},{"type":"object","required":["b"]}]}""", """{"a":1}""", """{"a":1,"b":1}""" },
        { "oneOf", """{"oneOf":[{"properties":{"k":{"const":"a"}},"required":["k"]},{"properties":{"k":{"const":"b"}},"required":["k"]}]}""", """{"k":"b"}""", """{"k":"c"}""" },
        { "oneOf", """{"minimum":3,"oneOf":[{"$ref":"#/$defs/a"}],"$defs":{"a":{"type":"integer"}}}""", "3", "1" },
        { "not", """{"not":{"type":"integer"}}""", "\"a\"", "1" },
        { "not", """{"not":{"$ref":"#/$defs/a"},"$defs":{"a":{"type":"integer"}}}""", "\"a\"", "1" },
        { "not", """{"not":{"required":["a"]}}""", """{"b":1}""", """{"a":1}""" },
        { "$ref", """{"$ref":"#/$defs/a","$defs":{"a":{"type":"integer"}}}""", "1", "\"a\"" },
        { "$ref", """{"$ref":"#/definitions/a","definitions":{"a":{"type":"integer"}}}""", "1", "\"a\"" },
        { "$ref", """{"properties":{"x":{"$ref":"#/$defs/a","minimum":5}},"$defs":{"a":{"type":"integer"}}}""", """{"x":5}""", """{"x":1}""" },
        { "$ref", """{"type":"object","properties":{"c":{"$ref":"#"},"n":{"type":"integer"}}}""", """{"c":{"n":1}}""", """{"c":{"n":"a"}}""" },
        { "$ref", """{"properties":{"a":{"type":"integer"},"b":{"$ref":"#/properties/a"}}}""", """{"b":1}""", """{"b":"x"}""" },
        { "$ref", """{"$ref":"#/$defs/a~1b%20c","$defs":{"a/b c":{"type":"integer"}}}""", "1", "\"a\"" },
        { "$ref", """{"$ref":"#/$defs/x/items","$defs":{"x":{"items":{"type":"integer"}}}}""", "1", "\"a\"" },
        { "$ref", """{"$ref":"#/$defs/x/allOf/0","$defs":{"x":{"allOf":[{"type":"integer"}]}}}""", "1", "\"a\"" },
        { "$ref", """{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"type":"integer"}}}""", "1", "\"a\"" },
        { "$ref", """{"$ref":"#/$defs/n","$defs":{"n":{"properties":{"next":{"$ref":"#/$defs/n"},"v":{"type":"integer"}}}}}""", """{"next":{"v":1}}""", """{"next":{"next":{"v":"a"}}}""" },
        { "$ref", """{"items":{"$ref":"#/$defs/a"},"$defs":{"a":{"required":["k"],"type":"object"}}}""", """[{"k":1}]""", "[{}]" },
    };

    public static TheoryData<string> Covered { get; } = [.. SchemaKeywords.Enforced];

    [Theory]
    [MemberData(nameof(Keywords))]
    public async Task Keyword_InstanceThatKeepsItAndOneThatBreaksIt_AreToldApart(string keyword, string schema, string keeps, string breaks)
    {
        Assert.Contains(keyword, schema, StringComparison.Ordinal);
        var enforced = Assert.IsType<SchemaReading.Valid>(SchemaReader.Read(schema, "s.json")).Enforced;

        var kept = await SchemaValidation.CheckAsync(enforced, keeps);
        var broken = await SchemaValidation.CheckAsync(enforced, breaks);

        Assert.Null(kept.Error);
        Assert.Empty(kept.Findings);
        Assert.Null(broken.Error);
        Assert.NotEmpty(broken.Findings);
        Assert.All(broken.Findings, finding => Assert.DoesNotContain("breaks the schema (", finding.Message, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Covered))]
    public void Enforced_EachKeyword_HasAPairOfInstances(string keyword) => Assert.Contains(Keywords, row => row.Data.Item1 == keyword);

    [Theory]
    [InlineData("#/a.b[0]", "/a/b/0")]
    [InlineData("#/a[b", "/a/[b")]
    [InlineData("['['[.x", "/['/['/[/x")]
    [InlineData("#/a..b", "/a/b")]
    public void Pointer_AnyPath_ComesToAnEnd(string path, string pointer) => Assert.Equal(pointer, FindingWords.Pointer(path));

    [Fact]
    public async Task Check_KeysOfMillions_AreToldByTheirEnds()
    {
        var key = new string('k', 3_000_000);
        var inner = string.Join(',', Enumerable.Range(0, 100).Select(n => $"\"last{n}\":1"));
        var document = "{\"" + key + "\":{" + inner + "}}";
        var answer = await SchemaValidation.CheckAsync("""{"additionalProperties":{"additionalProperties":{"type":"string"}}}""", document);

        Assert.Equal((50, 50), (answer.Findings.Count, answer.More));
        Assert.All(answer.Findings, finding => Assert.True(finding.Where.Length <= 300 && finding.Message.Length <= 300));
        Assert.EndsWith("k/last0", answer.Findings[0].Where, StringComparison.Ordinal);

        var broken = Assert.Single((await SchemaValidation.CheckAsync("{}", $$"""{"{{key}}":x}""")).Findings);
        Assert.True(broken.Where.Length <= 300 && broken.Message.Length <= 300);
    }

    [Fact]
    public async Task Check_TextThatAPatternTakesTooLongFor_IsAnErrorOfTheDocument()
    {
        var variables = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().ToDictionary(pair => (string)pair.Key, pair => (string)pair.Value!);
        var question = new SchemaQuestion("""{"type":"string","pattern":"^(a+)+$"}""", $"\"{new string('a', 40)}b\"", variables, new Dictionary<string, string>());
        var verdict = await new AgentSchemaValidator().CheckAsync(question, TestContext.Current.CancellationToken);

        Assert.Null(verdict.Unable);
        Assert.Contains("^(a+)+$", Assert.Single(verdict.Findings).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Formats_EachOfThem_HasAPairOfInstances() => Assert.All(
        SchemaKeywords.Formats, format => Assert.Contains(Keywords, row => row.Data.Item2.Contains($"\"format\":\"{format}\"", StringComparison.Ordinal)));

    [Fact]
    public async Task Check_BrokenDocument_NamesLinePlaceAndWhatIsWanted()
    {
        const string Schema = """
            {"type":"object","required":["name","tags"],"properties":{"name":{"type":"string","minLength":1},"tags":{"type":"array","items":{"enum":["x","y"]}}},"additionalProperties":false}
            """;
        var enforced = Assert.IsType<SchemaReading.Valid>(SchemaReader.Read(Schema, "s.json")).Enforced;

        var answer = await SchemaValidation.CheckAsync(enforced, "{\n  \"name\": \"\",\n  \"tags\": [\"x\",\n    \"z\"],\n  \"odd.key/x\": 1\n}");

        Assert.Contains(new SchemaFinding(2, "/name", "must not be empty"), answer.Findings);
        Assert.Contains(new SchemaFinding(4, "/tags/1", "must be one of \"x\", \"y\""), answer.Findings);
        Assert.Contains(answer.Findings, finding => finding is { Line: 5, Message: "is a key that is not allowed here" });
    }

    [Fact]
    public async Task Check_KeyTwice_IsAFindingWithItsLine()
    {
        var answer = await SchemaValidation.CheckAsync("{}", "{\"a\":1,\n\"a\":2}");

        Assert.Equal(2, Assert.Single(answer.Findings).Line);
    }
}
