using System.Globalization;
using Awoc.DocumentsBench;
using Awoc.DocumentsBench.Contracts;

return args switch
{
    ["fuzz", var pairs] => FuzzRun.Run(int.Parse(pairs, CultureInfo.InvariantCulture), 1, null),
    ["fuzz", var pairs, var seed] => FuzzRun.Run(int.Parse(pairs, CultureInfo.InvariantCulture), int.Parse(seed, CultureInfo.InvariantCulture), null),
    ["fuzz", var pairs, var seed, var only] => FuzzRun.Run(int.Parse(pairs, CultureInfo.InvariantCulture), int.Parse(seed, CultureInfo.InvariantCulture), only),
    ["contracts"] => await ContractFigures.RunAsync(Path.GetFullPath("agent/awoc-agent", Path.GetFullPath(Environment.GetEnvironmentVariable("AWOC_BIN") ?? Path.Combine("artifacts", "bin")))),
    [] => Comparison.Run(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: Awoc.DocumentsBench [contracts | fuzz PAIRS [SEED [markdown|json]]]");
    return 2;
}
