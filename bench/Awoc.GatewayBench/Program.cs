using Awoc.GatewayBench;

// Upstream, gateway and client are processes of their own, as they are in life. No argument: the whole comparison.
return args switch
{
    ["upstream"] => await Servers.RunUpstreamAsync(),
    ["gateway", var upstream] => await Servers.RunGatewayAsync(new Uri(upstream)),
    ["forty", .. var only] => await FortyTasks.RunAsync(requestsEach: 15, only),
    [] => await Comparison.RunAsync(null),
    ["--gateway", var executable] => await Comparison.RunAsync(executable),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: Awoc.GatewayBench [forty [WORDS OF A ROW] | --gateway EXECUTABLE]   (an executable that takes an upstream URL and prints its own)");
    return 2;
}
