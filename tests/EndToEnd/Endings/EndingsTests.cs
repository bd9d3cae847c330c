namespace Awoc.EndToEnd.Endings;

/// <summary>Each way to end, run for real; what was seen is <c>docs/endings.md</c>.</summary>
public sealed class EndingsTests
{
    private const int AtOnce = 6;

    [Fact]
    public async Task EveryWayToEnd_IsToldAsTheTableHasIt()
    {
        EndingRow[] rows = [.. ClaudeEndings.Rows, .. BuiltinEndings.Rows, .. CommandEndings.Rows];
        if (Environment.GetEnvironmentVariable("AWOC_ENDINGS") is { Length: > 0 } only) rows = [.. rows.Where(r => r.Way.Contains(only, StringComparison.OrdinalIgnoreCase))];
        await using var bench = await EndingBench.StartAsync(rows);
        var observed = new ObservedRow[rows.Length];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, rows.Length), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, _) => observed[i] = await bench.RunAsync(rows[i]));

        var page = EndingsPage.Text(observed);
        if (Environment.GetEnvironmentVariable("AWOC_WRITE_DOCS") == "1") await File.WriteAllTextAsync(EndingsPage.Path, page);
        var wrong = observed.Select(Fault).OfType<string>().ToList();
        Assert.True(wrong.Count == 0, string.Join("\n\n", wrong));
        Assert.True(rows.Length >= 30);

        Assert.Equal(await File.ReadAllTextAsync(EndingsPage.Path), page);
    }

    private static string? Fault(ObservedRow seen)
    {
        var row = seen.Row;
        var told = (seen.Outcome, seen.Reason, seen.Result);
        var missing = row.Says.Where(words => seen.Detail?.Contains(words, StringComparison.Ordinal) != true).ToList();
        // A person reads what happened and what to do next.
        if (seen.Outcome != "succeeded" && seen.Detail?.Contains("awoc ", StringComparison.Ordinal) != true && seen.Detail?.Contains("launch it again", StringComparison.Ordinal) != true) missing.Add("a next step");
        return told == (row.Outcome, row.Reason, row.Result) && missing.Count == 0
            ? null
            : $"{row.Agent}: {row.Way}: {told}, not {(row.Outcome, row.Reason, row.Result)}; detail '{seen.Detail}' lacks [{string.Join(", ", missing)}]\n{seen.Diagnosis}";
    }
}
