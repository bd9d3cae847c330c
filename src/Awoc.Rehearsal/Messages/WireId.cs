using System.Security.Cryptography;

namespace Awoc.Rehearsal.Messages;

/// <summary>Ids that look like the API's: a prefix and 22 letters and digits.</summary>
internal static class WireId
{
    private const string Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    public static string Message() => "msg_01" + RandomNumberGenerator.GetString(Alphabet, 22);

    public static string ToolUse() => "toolu_01" + RandomNumberGenerator.GetString(Alphabet, 22);

    public static string Request() => "req_011C" + RandomNumberGenerator.GetString(Alphabet, 20);
}
