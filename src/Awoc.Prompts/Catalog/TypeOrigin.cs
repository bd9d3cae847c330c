namespace Awoc.Prompts.Catalog;

/// <summary>Where the definition of a type stands; of two with one name, the later member's counts.</summary>
public enum TypeOrigin
{
    BuiltIn,

    /// <summary>The user's own <c>config.yaml</c>.</summary>
    User,

    /// <summary>The project's <c>.awoc/types</c>.</summary>
    Project,
}
