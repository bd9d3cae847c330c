using Awoc.Documents.Contracts.Json;
using Xunit;

namespace Awoc.Documents.Tests.Contracts;

public sealed class SchemaReaderTests
{
    [Theory]
    [InlineData("""{"prefixItems":[{}]}""", "prefixItems")]
    [InlineData("""{"dependentRequired":{"a":["b"]}}""", "dependentRequired")]
    [InlineData("""{"dependentSchemas":{"a":{}}}""", "dependentSchemas")]
    [InlineData("""{"unevaluatedProperties":false}""", "unevaluatedProperties")]
    [InlineData("""{"contains":{}}""", "contains")]
    [InlineData("""{"propertyNames":{"pattern":"a"}}""", "propertyNames")]
    [InlineData("""{"if":{},"then":{}}""", "if")]
    [InlineData("""{"$dynamicRef":"#x"}""", "$dynamicRef")]
    [InlineData("""{"$anchor":"x"}""", "$anchor")]
    [InlineData("""{"contentEncoding":"base64"}""", "contentEncoding")]
    [InlineData("""{"format":"iri"}""", "format")]
    [InlineData("""{"items":[{}]}""", "items")]
    [InlineData("""{"requierd":["a"]}""", "requierd")]
    [InlineData("""{"properties":{"a":{"minLenght":1}}}""", "minLenght")]
    [InlineData("""{"$defs":{"a":{"minLenght":1}}}""", "minLenght")]
    [InlineData("""{"uniqueItems":true}""", "uniqueItems")]
    [InlineData("""{"uniqueItems":true,"items":{"type":"object"}}""", "uniqueItems")]
    [InlineData("""{"patternProperties":{"a":{},"b":{}}}""", "patternProperties")]
    [InlineData("""{"enum":[{"a":1}]}""", "enum")]
    [InlineData("""{"const":[1]}""", "const")]
    [InlineData("""{"enum":[]}""", "enum")]
    [InlineData("""{"type":"text"}""", "type")]
    [InlineData("""{"minimum":"1"}""", "minimum")]
    [InlineData("""{"minimum":1e300}""", "minimum")]
    [InlineData("""{"exclusiveMinimum":true}""", "exclusiveMinimum")]
    [InlineData("""{"minLength":-1}""", "minLength")]
    [InlineData("""{"multipleOf":0}""", "multipleOf")]
    [InlineData("""{"pattern":"("}""", "pattern")]
    [InlineData("""{"required":"a"}""", "required")]
    [InlineData("""{"properties":[]}""", "properties")]
    [InlineData("""{"anyOf":{}}""", "anyOf")]
    [InlineData("""{"$schema":"http://json-schema.org/draft-04/schema#"}""", "$schema")]
    [InlineData("""{"properties":{"a":{"$id":"x"}}}""", "$id")]
    public void Read_WhatWouldNotBeEnforced_IsRefusedByItsName(string schema, string keyword)
    {
        var refused = Assert.IsType<SchemaReading.Refused>(SchemaReader.Read(schema, "s.json"));

        Assert.Contains(refused.Faults, fault => fault.What.StartsWith(keyword + " ", StringComparison.Ordinal));
        Assert.All(refused.Faults, fault => Assert.Equal(("s.json", 1), (fault.File, fault.Line)));
    }

    [Theory]
    [InlineData("https://example.com/schema.json")]
    [InlineData("other.json#/a")]
    [InlineData("file:///etc/passwd")]
    [InlineData("/etc/passwd")]
    public void Read_ReferenceOutOfTheDocument_IsRefusedAndNotFetched(string target)
    {
        var refused = Assert.IsType<SchemaReading.Refused>(SchemaReader.Read("{ \"type\": \"object\",\n \"properties\": { \"a\": { \"$ref\": \"" + target + "\" } } }", "s.json"));

        var fault = Assert.Single(refused.Faults);
        Assert.Equal(2, fault.Line);
        Assert.Contains("leads out of the document, and nothing is fetched", fault.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"$ref":"#"}""")]
    [InlineData("""{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}}""")]
    [InlineData("""{"$ref":"#/$defs/a","$defs":{"a":{"allOf":[{"$ref":"#/$defs/a"}]}}}""")]
    [InlineData("""{"anyOf":[{"$ref":"#/$defs/a"},{"type":"string"}],"$defs":{"a":{"not":{"$ref":"#/$defs/b"}},"b":{"type":"object","oneOf":[{"$ref":"#/$defs/a"},{}]}}}""")]
    public void Read_ReferenceInACircle_IsRefused(string schema)
    {
        var refused = Assert.IsType<SchemaReading.Refused>(SchemaReader.Read(schema, "s.json"));

        Assert.Contains(refused.Faults, fault => fault.What.Contains("circle", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("#/$defs/b")]
    [InlineData("#name")]
    public void Read_ReferenceToNothing_IsRefused(string target)
    {
        var refused = Assert.IsType<SchemaReading.Refused>(SchemaReader.Read("{\"$ref\":\"" + target + "\",\"$defs\":{\"a\":{}}}", "s.json"));

        Assert.Contains("leads nowhere", Assert.Single(refused.Faults).What, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_Draft07WordsBesideAReference_AreRefused()
    {
        const string Schema = """{"$schema":"http://json-schema.org/draft-07/schema#","properties":{"a":{"$ref":"#/definitions/b","minimum":1}},"definitions":{"b":{}}}""";

        Assert.Contains("minimum", Assert.Single(Assert.IsType<SchemaReading.Refused>(SchemaReader.Read(Schema, "s.json")).Faults).What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("[]", 1)]
    [InlineData("{\n  \"type\": \"object\",\n}", 3)]
    [InlineData("{\n  // note\n}", 2)]
    [InlineData("{\"type\":\"string\",\n\"type\":\"object\"}", 2)]
    [InlineData("{} {}", 1)]
    [InlineData("{\"title\":\"\\ud800\"}", 1)]
    public void Read_NoJsonObject_NamesFileAndLine(string schema, int? line)
    {
        var fault = Assert.Single(Assert.IsType<SchemaReading.Refused>(SchemaReader.Read(schema, "dir/s.json")).Faults);

        Assert.Equal(("dir/s.json", line), (fault.File, fault.Line));
    }

    [Fact]
    public void Read_SeveralFaults_AreAllToldInOrder()
    {
        var refused = Assert.IsType<SchemaReading.Refused>(SchemaReader.Read("{\n\"properties\": {\n\"a\": {\"contains\": {}},\n\"b\": {\"typ\": 1}\n},\n\"if\": {}\n}", "s.json"));

        Assert.Equal([3, 4, 6], refused.Faults.Select(fault => fault.Line));
    }

    [Fact]
    public void Read_TooBigOrTooDeep_IsRefused()
    {
        var big = $$"""{"description":"{{new string('a', SchemaReader.LongestSchema)}}" }""";
        var deep = string.Concat(Enumerable.Repeat("{\"not\":", 100)) + "{}" + new string('}', 100);

        Assert.Contains("at most 256 kB", Assert.Single(Assert.IsType<SchemaReading.Refused>(SchemaReader.Read(big, "s")).Faults).What, StringComparison.Ordinal);
        Assert.Contains("no JSON", Assert.Single(Assert.IsType<SchemaReading.Refused>(SchemaReader.Read(deep, "s")).Faults).What, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_AnnotationsAndOwnKeywords_Pass()
    {
        const string Schema = """
            {"$schema":"https://json-schema.org/draft/2020-12/schema","$id":"https://example.com/x","title":"t","description":"d","$comment":"c","type":"string",
             "default":"a","examples":["a"],"deprecated":false,"readOnly":true,"writeOnly":false,"x-nullable":true}
            """;

        Assert.Equal("""{"type":"string"}""", Assert.IsType<SchemaReading.Valid>(SchemaReader.Read(Schema, "s")).Enforced);
    }

    [Fact]
    public void Keywords_OfTheDraft_EachAreEnforcedPassedOrRefused()
    {
        string[] all = [.. SchemaKeywords.Enforced, .. SchemaKeywords.Annotations, .. SchemaKeywords.Containers, .. SchemaKeywords.Unenforced.Keys];

        Assert.Equal(all.Length, all.Distinct().Count());
    }
}
