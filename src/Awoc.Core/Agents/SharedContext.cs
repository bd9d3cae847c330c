using System.Collections.Immutable;

namespace Awoc.Core.Agents;

/// <summary>
/// What an attempt has in common with others and stands at the head of its requests, before anything of its own: byte for byte
/// the same for all of them, so that the provider's cache serves it.
/// </summary>
/// <param name="Parts">In their order, what is shared most widely first. Each is text that an agent reads as material.</param>
/// <param name="Path">Absolute path of a file that holds them, one after the other.</param>
/// <param name="ForAnHour">To be kept in the cache for an hour and not for five minutes.</param>
public sealed record SharedContext(ImmutableArray<string> Parts, string Path, bool ForAnHour);
