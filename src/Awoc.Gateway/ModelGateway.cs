using System.Collections.Concurrent;
using Awoc.Core.Agents;
using Awoc.Core.Pacing;
using Awoc.Core.Tasks;
using Awoc.Gateway.Attempts;
using Awoc.Gateway.Pacing;
using Awoc.Gateway.Prices;
using Awoc.Gateway.Upstreams;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace Awoc.Gateway;

/// <summary>
/// The proxy between agents and model APIs: an attempt's token in, the real credential out, usage counted on the way. It
/// changes nothing else; <c>docs/gateway.md</c> has the contract.
/// </summary>
public sealed class ModelGateway : IModelGateway, IDisposable
{
    private readonly ConcurrentDictionary<string, AttemptAccount> _byToken = new(StringComparer.Ordinal);
    private readonly Dictionary<(TaskId Task, int Attempt), AttemptAccount> _byAttempt = [];
    private readonly Lock _gate = new();
    private readonly UpstreamClients _clients;
    private readonly GatewayEndpoint _endpoint;
    private readonly LaneBook? _lanes;
    private readonly PriceBook _prices;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public ModelGateway(IHttpForwarder forwarder, TimeProvider time, ILogger<ModelGateway> logger, GatewayOptions options)
    {
        _time = time;
        _logger = logger;
        _clients = new UpstreamClients(options);
        _lanes = options.Pacing is { } pacing ? new LaneBook(pacing, time) : null;
        _endpoint = new GatewayEndpoint(FindByTokenHash, forwarder, _clients, _lanes, options, time);
        _prices = new PriceBook(options.PricesPath, logger);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The lease cannot be served: the message says which part, never a secret.</exception>
    /// <exception cref="IOException">The ledger is there and cannot be read.</exception>
    public void Open(GatewayLease lease)
    {
        ArgumentNullException.ThrowIfNull(lease);
        var target = UpstreamTarget.Of(lease);

        // The same attempt opened again is the same attempt adopted again: its ledger says all there is to know.
        while (!TryOpen(lease, target)) Close(lease.Task, lease.Attempt);
    }

    /// <inheritdoc/>
    public void BeginReport(TaskId task, int attempt)
    {
        AccountOf(task, attempt)?.BeginReport();
    }

    /// <inheritdoc/>
    public void SetAllowance(TaskId task, int attempt, Allowance allowance)
    {
        AccountOf(task, attempt)?.Allow(allowance);
    }

    /// <inheritdoc/>
    public GatewayRecord? Find(TaskId task, int attempt) => AccountOf(task, attempt)?.Record;

    /// <summary>
    /// The token is dead from here on. Requests still under way are cut and settled, <see cref="GatewayLease.Changed"/> is told,
    /// and the final record returned; null when the attempt is not open (any more).
    /// </summary>
    public GatewayRecord? Close(TaskId task, int attempt)
    {
        AttemptAccount? account;
        lock (_gate)
        {
            if (!_byAttempt.Remove((task, attempt), out account)) return null;
            _byToken.TryRemove(account.TokenHash, out _);
        }

        // What it still has to write may be megabytes, and whoever is told of it may ask back: all other attempts would wait.
        using (account) return account.Close();
    }

    /// <inheritdoc/>
    public GatewayRecord Read(string ledgerPath)
    {
        using var ledger = new Ledger(ledgerPath);
        return LedgerReplay.Of(ledger.Replay()).Record;
    }

    /// <inheritdoc/>
    public string? MissingPrice(string model) => _prices.Missing(model);

    /// <inheritdoc/>
    public IReadOnlyList<LaneState> Lanes => _lanes?.States ?? [];

    /// <inheritdoc/>
    public void Watch(ILimitObserver observer) => _lanes?.Watch(observer);

    /// <inheritdoc/>
    public void CloseLanes(string account, string? model, DateTimeOffset until) => _lanes?.Close(account, model, until);

    /// <inheritdoc/>
    public void OpenLanes(string account, string? model) => _lanes?.Open(account, model);

    /// <summary>
    /// Answers one request of an agent. For hosts that branch by listener; others use
    /// <see cref="GatewayHosting.MapModelGateway"/>.
    /// </summary>
    public Task HandleAsync(HttpContext context) => _endpoint.HandleAsync(context);

    /// <summary>
    /// Lets go of connections and files. What is under way stays open in the ledgers, and is settled by the next daemon's
    /// <see cref="Open"/>.
    /// </summary>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var account in _byAttempt.Values) account.Dispose();
            _byAttempt.Clear();
            _byToken.Clear();
        }

        _lanes?.Dispose();
        _clients.Dispose();
    }

    private bool TryOpen(GatewayLease lease, UpstreamTarget target)
    {
        lock (_gate)
        {
            if (_byAttempt.ContainsKey((lease.Task, lease.Attempt))) return false;
            var account = AttemptAccount.Open(lease, target, _prices, _time, _logger);
            if (!_byToken.TryAdd(account.TokenHash, account))
            {
                account.Dispose();
                throw new ArgumentException($"the token of {lease} is another attempt's: make a fresh one for each attempt", nameof(lease));
            }

            _byAttempt.Add((lease.Task, lease.Attempt), account);
            return true;
        }
    }

    private AttemptAccount? AccountOf(TaskId task, int attempt)
    {
        lock (_gate) return _byAttempt.GetValueOrDefault((task, attempt));
    }

    private AttemptAccount? FindByTokenHash(string hash) => _byToken.GetValueOrDefault(hash);
}
