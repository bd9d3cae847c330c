namespace Awoc.Daemon.Api;

/// <summary>Where the last lines of a file begin, found from its end.</summary>
internal static class TailLines
{
    public static async Task<long> StartAsync(FileStream file, long lines, CancellationToken cancellation)
    {
        if (lines == 0) return file.Length;
        var chunk = new byte[32 * 1024];
        var position = file.Length;
        // The newline that ends the last line begins no further one.
        var left = lines + 1;
        while (position > 0)
        {
            var size = (int)Math.Min(chunk.Length, position);
            position -= size;
            file.Position = position;
            await file.ReadExactlyAsync(chunk.AsMemory(0, size), cancellation);
            for (var i = size - 1; i >= 0; i--)
            {
                var last = position + i == file.Length - 1;
                if (chunk[i] != (byte)'\n' && !last) continue;
                if (last && chunk[i] != (byte)'\n') left--;
                else if (--left == 0) return position + i + 1;
            }
        }

        return 0;
    }
}
