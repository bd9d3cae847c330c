using Awoc.Shim.Native;

namespace Awoc.Shim;

/// <summary>Something without which no attempt can be supervised could not be had.</summary>
internal sealed class ShimException(string what, int error) : Exception(what)
{
    /// <summary>The system's error number; 0 where it is not the system's.</summary>
    internal int Error { get; } = error;

    internal string Words => Error == 0 ? Message : $"{Message}: {Fd.Text(Error)}";
}
