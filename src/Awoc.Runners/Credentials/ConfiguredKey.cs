namespace Awoc.Runners.Credentials;

/// <summary>What a configured source of a key gave.</summary>
/// <param name="Secret">Null where there is a fault, or where the source was only looked at.</param>
/// <param name="Fault">Why there is no key, in words for a person and without anything of it; null when all is well.</param>
internal readonly record struct ConfiguredKey(string? Secret, string? Fault)
{
    /// <summary>Greatest length of a key, in bytes. The longest that are known have a few hundred.</summary>
    public const int MaxLength = 8 * 1024;

    public static ConfiguredKey Refused(string fault) => new(null, fault);

    /// <param name="text">One line, white space around it aside.</param>
    /// <param name="source">For the fault.</param>
    public static ConfiguredKey Of(string text, string source)
    {
        var key = text.Trim();
        if (key.Length == 0) return Refused($"{source} gave nothing: it has to give the key");
        // It goes into a header: what could end that header, or begin another, is no key.
        return key.All(c => c is > ' ' and <= '~')
            ? new ConfiguredKey(key, null)
            : Refused($"{source} gave more than a key: it has to give one line of printable characters and nothing else");
    }

    /// <summary>A record prints its members: the secret is to stay out of every log.</summary>
    public override string ToString() => Fault ?? "a key";
}
