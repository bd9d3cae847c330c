namespace Awoc.Documents;

/// <summary>How a document's characters are stored.</summary>
public enum TextEncoding
{
    Utf8,
    Utf16LittleEndian,
    Utf16BigEndian,
}
