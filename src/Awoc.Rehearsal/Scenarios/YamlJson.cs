using System.Globalization;
using System.Text;
using System.Text.Json;
using Awoc.Rehearsal.Messages;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Awoc.Rehearsal.Scenarios;

/// <summary>A tool's input from YAML to JSON: quoted and block scalars are strings, plain ones what YAML's core schema says.</summary>
internal static class YamlJson
{
    public static string Convert(YamlNode node, YamlFields owner, string path) =>
        Encoding.UTF8.GetString(WireFormat.Json(writer => Write(writer, node, owner, path)));

    private static void Write(Utf8JsonWriter writer, YamlNode node, YamlFields owner, string path)
    {
        switch (node)
        {
            case YamlMappingNode mapping:
                writer.WriteStartObject();
                foreach (var (key, value) in mapping.Children)
                {
                    var name = (key as YamlScalarNode)?.Value ?? "";
                    writer.WritePropertyName(name);
                    Write(writer, value, owner, $"{path}.{name}");
                }

                writer.WriteEndObject();
                break;
            case YamlSequenceNode sequence:
                writer.WriteStartArray();
                for (var i = 0; i < sequence.Children.Count; i++) Write(writer, sequence.Children[i], owner, $"{path}[{i}]");
                writer.WriteEndArray();
                break;
            case YamlScalarNode scalar:
                WriteScalar(writer, scalar, owner.Fill(scalar, path));
                break;
        }
    }

    private static void WriteScalar(Utf8JsonWriter writer, YamlScalarNode scalar, string text)
    {
        if (scalar.Style != ScalarStyle.Plain) writer.WriteStringValue(text);
        else if (text is "true" or "false") writer.WriteBooleanValue(text == "true");
        else if (text is "" or "~" or "null") writer.WriteNullValue();
        else if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) writer.WriteNumberValue(number);
        else if (decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var exact)) writer.WriteNumberValue(exact);
        else writer.WriteStringValue(text);
    }
}
