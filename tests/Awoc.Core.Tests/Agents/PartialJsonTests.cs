using System.Text.Encodings.Web;
using System.Text.Json;
using Awoc.Core.Agents;
using CsCheck;

namespace Awoc.Core.Tests.Agents;

public sealed class PartialJsonTests
{
    private static readonly JsonSerializerOptions s_raw = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    /// <summary>Quotes, backslashes, controls, letters of several bytes, pairs: what escapes are made of, and plain text.</summary>
    private static readonly Gen<string> s_text = Gen.OneOf(
        Gen.OneOf([.. new[] { "\"", "\\", "\n", "\r\n", "\t", "\b", "\u0000", "ü", "漢", "😀", "\\u0041", "{", "}", ",", ":", "content", "\"content\":\"", " " }.Select(c => Gen.Const(c))]),
        Gen.String[Gen.Char['a', 'z'], 0, 6]).List[0, 20].Select(string.Concat);

    [Fact]
    public void Member_AnyTextCutAnywhere_IsAPrefixOfTheTextAndGrowsToTheWhole() =>
        Gen.Select(s_text, s_text, Gen.Int[0, 2]).Sample((path, content, style) =>
        {
            var options = style switch { 0 => JsonSerializerOptions.Default, 1 => s_raw, _ => s_indented };
            var json = JsonSerializer.Serialize(
                new Dictionary<string, object> { ["flag"] = true, ["nested"] = new { content = "no", list = new object[] { 1, "]}" } }, ["file_path"] = path, ["content"] = content, ["n"] = 1.5 },
                options);
            var longest = 0;
            for (var cut = 0; cut <= json.Length; cut++)
            {
                var read = PartialJson.Member(json.AsSpan(0, cut), "content");
                if (read is not { } member) continue;
                if (!content.StartsWith(member.Value, StringComparison.Ordinal) || member.Value.Length < longest) return false;
                if (member.IsWhole && member.Value != content) return false;
                longest = member.Value.Length;
            }

            return PartialJson.Member(json, "content") == new PartialString(content, true) && PartialJson.Member(json, "file_path") == new PartialString(path, true);
        });

    [Fact]
    public void Member_AnyCutText_HasNoHalfCharacter() =>
        s_text.Sample(content =>
        {
            var json = JsonSerializer.Serialize(new Dictionary<string, string> { ["content"] = content }, s_raw);
            for (var cut = 0; cut <= json.Length; cut++)
            {
                if (PartialJson.Member(json.AsSpan(0, cut), "content") is { Value: [.., var last] } && char.IsHighSurrogate(last)) return false;
            }

            return true;
        });

    [Fact]
    public void Member_AnyNoise_DoesNotThrow() =>
        Gen.String[Gen.OneOf([.. new[] { '{', '}', '[', ']', '"', '\\', 'u', 'd', '8', ',', ':', 'c', ' ', '\n' }.Select(c => Gen.Const(c))]), 0, 40].Sample(noise => { _ = PartialJson.Member(noise, "c"); });

    [Theory]
    [InlineData("""{"content":"a\""", "a")]
    [InlineData("""{"content":"a\u""", "a")]
    [InlineData("""{"content":"a\ud83d""", "a")]
    [InlineData("""{"content":"a\ud83d\ude""", "a")]
    [InlineData("""{"content":"a\ud83d\ude00""", "a😀")]
    [InlineData("""{"content":"a\\""", "a\\")]
    [InlineData("{\"content\":\"", "")]
    public void Member_CutWithinAnEscape_LeavesTheHalfOut(string json, string value) =>
        Assert.Equal(new PartialString(value, false), PartialJson.Member(json, "content"));

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"content""")]
    [InlineData("""{"content":""")]
    [InlineData("""{"content":7}""")]
    [InlineData("""{"other":{"content":"inner"}}""")]
    public void Member_NotBegun_IsNull(string json) => Assert.Null(PartialJson.Member(json, "content"));
}
