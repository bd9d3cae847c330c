using System.Text.RegularExpressions;

namespace Awoc.Plans.Yaml;

/// <summary>The core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/#103-core-schema): what a plain scalar means.</summary>
internal static partial class CoreSchema
{
    public static ScalarKind KindOf(string plain) => plain switch
    {
        "" or "~" or "null" or "Null" or "NULL" => ScalarKind.Nothing,
        "true" or "True" or "TRUE" or "false" or "False" or "FALSE" => ScalarKind.Truth,
        _ when WholeNumber().IsMatch(plain) => ScalarKind.Whole,
        _ when Fraction().IsMatch(plain) => ScalarKind.Fraction,
        _ => ScalarKind.Text,
    };

    [GeneratedRegex(@"^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)\z", RegexOptions.CultureInvariant)]
    private static partial Regex WholeNumber();

    [GeneratedRegex(@"^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\z", RegexOptions.CultureInvariant)]
    private static partial Regex Fraction();
}
