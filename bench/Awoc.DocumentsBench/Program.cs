using System.Globalization;
using Awoc.DocumentsBench;

return args switch
{
    ["fuzz", var pairs] => FuzzRun.Run(int.Parse(pairs, CultureInfo.InvariantCulture), 1, null),
    ["fuzz", var pairs, var seed] => FuzzRun.Run(int.Parse(pairs, CultureInfo.InvariantCulture), int.Parse(seed, CultureInfo.InvariantCulture), null),
    ["fuzz", var pairs, var seed, var only] => FuzzRun.Run(int.Parse(pairs, CultureInfo.InvariantCulture), int.Parse(seed, CultureInfo.InvariantCulture), only),
    [] => Comparison.Run(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: Awoc.DocumentsBench [fuzz PAIRS [SEED [markdown|json]]]");
    return 2;
}
