package dev.fairlead.gateway;

import dev.fairlead.catalog.Tier;
import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.config.SecurityConfig;
import dev.fairlead.common.lifecycle.Opened;
import dev.fairlead.common.rpc.RpcServer;
import dev.fairlead.common.tls.ServerTls;
import dev.fairlead.common.tls.Tls;
import dev.fairlead.gateway.alerts.Alerts;
import dev.fairlead.gateway.alerts.AlertsConfig;
import dev.fairlead.gateway.alerts.SpendAnomalies;
import dev.fairlead.gateway.budget.BreakingBudgetStore;
import dev.fairlead.gateway.budget.BudgetConfig;
import dev.fairlead.gateway.budget.BudgetGauges;
import dev.fairlead.gateway.budget.Budgets;
import dev.fairlead.gateway.budget.LedgerSpending;
import dev.fairlead.gateway.budget.MemoryBudgetStore;
import dev.fairlead.gateway.budget.OutputLengths;
import dev.fairlead.gateway.budget.RaisedAlerts;
import dev.fairlead.gateway.budget.RedisBudgetStore;
import dev.fairlead.gateway.cache.CacheClient;
import dev.fairlead.gateway.canary.CanaryConfig;
import dev.fairlead.gateway.console.ConsoleConfig;
import dev.fairlead.gateway.console.RecentRequests;
import dev.fairlead.gateway.edge.EdgeServer;
import dev.fairlead.gateway.feedback.LearningQuality;
import dev.fairlead.gateway.feedback.MeteredQuality;
import dev.fairlead.gateway.feedback.RecentAnswers;
import dev.fairlead.gateway.keys.KeyChanges;
import dev.fairlead.gateway.keys.KeyDirectory;
import dev.fairlead.gateway.keys.KeyFollower;
import dev.fairlead.gateway.keys.SharedKeyBook;
import dev.fairlead.gateway.ledger.LedgerConfig;
import dev.fairlead.gateway.ledger.LedgerSink;
import dev.fairlead.gateway.ledger.RunningLedger;
import dev.fairlead.gateway.limits.FallbackLimitStore;
import dev.fairlead.gateway.limits.LimitStore;
import dev.fairlead.gateway.limits.MemoryLimitStore;
import dev.fairlead.gateway.limits.RateLimiter;
import dev.fairlead.gateway.limits.RedisLimitStore;
import dev.fairlead.gateway.live.LiveStatistics;
import dev.fairlead.gateway.metrics.BurnMeters;
import dev.fairlead.gateway.metrics.RouterMetrics;
import dev.fairlead.gateway.pipeline.Accounting;
import dev.fairlead.gateway.pipeline.InferencePipeline;
import dev.fairlead.gateway.pipeline.ShadowSampler;
import dev.fairlead.gateway.pipeline.TryRecorder;
import dev.fairlead.gateway.quality.EmbeddingJudge;
import dev.fairlead.gateway.quality.ModelJudge;
import dev.fairlead.gateway.quality.QualityConfig;
import dev.fairlead.gateway.quality.QualityEstimates;
import dev.fairlead.gateway.quality.ReferenceJudge;
import dev.fairlead.gateway.quality.ShadowBudget;
import dev.fairlead.gateway.quality.ShadowMetrics;
import dev.fairlead.gateway.quality.SharedQuality;
import dev.fairlead.gateway.routing.ExpectedQuality;
import dev.fairlead.gateway.routing.Router;
import dev.fairlead.gateway.routing.RoutingConfig;
import dev.fairlead.gateway.routing.RoutingSignals;
import dev.fairlead.gateway.scoring.ScorerClient;
import dev.fairlead.gateway.slo.SloConfig;
import dev.fairlead.gateway.slo.SloController;
import dev.fairlead.gateway.state.FileStateStore;
import dev.fairlead.gateway.state.RedisStateStore;
import dev.fairlead.gateway.state.SharedState;
import dev.fairlead.gateway.steering.CanaryTraffic;
import dev.fairlead.gateway.steering.DefaultPolicy;
import dev.fairlead.gateway.steering.Steering;
import dev.fairlead.gateway.totals.RedisTotals;
import dev.fairlead.gateway.totals.SharedTotals;
import dev.fairlead.gateway.totals.Totals;
import dev.fairlead.gateway.upstream.BreakerFollower;
import dev.fairlead.gateway.upstream.CatalogFollower;
import dev.fairlead.gateway.upstream.ProviderStatusClient;
import dev.fairlead.redis.RedisConfig;
import dev.fairlead.redis.RedisLink;
import dev.fairlead.telemetry.CertificateMetrics;
import dev.fairlead.telemetry.ManagementServer;
import dev.fairlead.telemetry.RedisMetrics;
import dev.fairlead.telemetry.Telemetry;
import dev.fairlead.v1.ProviderServiceGrpc;
import io.grpc.Channel;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The gateway, wired: both doors, the pipeline behind them, and the clients of the other services.
 */
public final class GatewayNode implements AutoCloseable {

  private static final Duration CATALOG_POLL = Duration.ofSeconds(2);

  /** How often breakers and the shared state are looked at. */
  private static final Duration FOLLOW = Duration.ofSeconds(1);

  /** What was seen of models' quality is a document of up to some MB, and nothing waits for it. */
  private static final Duration SHARE_QUALITY = Duration.ofSeconds(10);

  /** How often the keys are looked at where their store cannot tell of a change. */
  private static final Duration FOLLOW_KEYS = Duration.ofMillis(500);

  /** Answers that are older say too little about the length of the next. */
  private static final Duration LEARN_FROM = Duration.ofDays(7);

  /** Of a door whose drain time has gone by. */
  private static final Duration LEAST_GRACE = Duration.ofMillis(100);

  /** What rate limits are about. */
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** Answers that can still be rated. */
  private static final int RECENT_ANSWERS = 1 << 14;

  private final EdgeServer edge;
  private final Tls tls;
  private final @Nullable ManagementServer management;
  private final AtomicBoolean leaving;
  private final Duration drainDelay;
  private final Duration drainTimeout;
  private final @Nullable RpcServer rpc;
  private final CatalogFollower catalogs;
  private final Steering steering;
  private final SharedQuality seen;
  private final BreakerFollower breakers;
  private final RunningLedger ledger;
  private final ScheduledExecutorService timer;
  private final KeyDirectory keys;
  private final KeyFollower keyFollower;
  private final Alerts alerts;
  private final SharedTotals totals;
  private final @Nullable RedisLink link;

  private GatewayNode(
      ServerConfig server,
      Tls tls,
      @Nullable ManagementServer management,
      AtomicBoolean leaving,
      EdgeServer edge,
      @Nullable RpcServer rpc,
      CatalogFollower catalogs,
      Steering steering,
      SharedQuality seen,
      BreakerFollower breakers,
      RunningLedger ledger,
      ScheduledExecutorService timer,
      KeyDirectory keys,
      KeyFollower keyFollower,
      Alerts alerts,
      SharedTotals totals,
      @Nullable RedisLink link) {
    this.drainDelay = server.drainDelay();
    this.drainTimeout = server.drainTimeout();
    this.tls = tls;
    this.management = management;
    this.leaving = leaving;
    this.edge = edge;
    this.keys = keys;
    this.keyFollower = keyFollower;
    this.alerts = alerts;
    this.totals = totals;
    this.link = link;
    this.rpc = rpc;
    this.catalogs = catalogs;
    this.steering = steering;
    this.seen = seen;
    this.breakers = breakers;
    this.ledger = ledger;
    this.timer = timer;
  }

  /**
   * Channels to the other services; whoever opened them closes them after the node.
   *
   * @param scorer to the scorer service
   * @param cache to the cache service
   * @param provider to the provider service
   */
  public record Backends(Channel scorer, Channel cache, Channel provider) {}

  /**
   * Starts both doors.
   *
   * @param grpcPortMayBeTaken whether a taken gRPC port is only worth a warning
   * @throws ConfigException when a port cannot be had; all that was opened is closed again
   */
  public static GatewayNode start(
      ConfigSource config, Telemetry telemetry, Backends backends, boolean grpcPortMayBeTaken) {
    Opened opened = new Opened();
    try {
      return start(config, telemetry, backends, grpcPortMayBeTaken, opened);
    } catch (RuntimeException | Error e) {
      // An open door would keep the process alive, and answer for one that does not work.
      opened.close();
      throw e;
    }
  }

  private static GatewayNode start(
      ConfigSource config,
      Telemetry telemetry,
      Backends backends,
      boolean grpcPortMayBeTaken,
      Opened opened) {
    ServerConfig server = config.section("server", ServerConfig.class);
    RoutingConfig routing = config.section("routing", RoutingConfig.class);
    LimitsConfig limits = config.section("limits", LimitsConfig.class);
    StreamsConfig streams = config.section("streams", StreamsConfig.class);
    SecurityConfig security = config.section("security", SecurityConfig.class);
    SloConfig objectives = config.section("slo", SloConfig.class);
    CanaryConfig canaryConfig = config.section("canary", CanaryConfig.class);
    RedisConfig redis = config.section("redis", RedisConfig.class);
    QualityConfig qualityConfig = config.section("quality", QualityConfig.class);
    ConsoleConfig console = config.section("console", ConsoleConfig.class);

    Tls tls = opened.add(Tls.of(config));
    ServerTls door = tls.edge();
    RedisLink link = redis.configured() ? opened.add(open(redis, tls, telemetry)) : null;
    tls.list(new CertificateMetrics(telemetry.registry())::register);

    Map<String, Object> sections = new LinkedHashMap<>();
    sections.put("server", server);
    sections.put("routing", routing);
    sections.put("slo", objectives);
    sections.put("canary", canaryConfig);
    sections.put("quality", qualityConfig);
    sections.put("limits", limits);
    sections.put("streams", streams);
    sections.put("security", security);
    sections.put("redis", redis);
    LedgerConfig ledgerConfig = config.section("ledger", LedgerConfig.class);
    sections.put("ledger", ledgerConfig);
    AlertsConfig alertsConfig = config.section("alerts", AlertsConfig.class);
    sections.put("alerts", alertsConfig);
    Alerts alerts = opened.add(new Alerts(alertsConfig, telemetry.registry()));
    BudgetConfig budgetConfig = config.section("budgets", BudgetConfig.class);
    sections.put("budgets", budgetConfig);
    sections.put("console", console);

    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("gateway-timer").factory());
    opened.add(timer::shutdownNow);
    CatalogFollower catalogs =
        opened.add(new CatalogFollower(backends.provider(), CATALOG_POLL, timer));
    RouterMetrics metrics = new RouterMetrics(telemetry.registry());
    CacheClient cache = new CacheClient(backends.cache(), routing.lookupTimeout());
    ScorerClient scorer = new ScorerClient(backends.scorer(), routing.scoreTimeout());
    RecentAnswers recent = new RecentAnswers(RECENT_ANSWERS);
    RecentRequests requests = RecentRequests.of(console);
    ProviderStatusClient providers = new ProviderStatusClient(backends.provider());
    BreakerFollower breakers = opened.add(new BreakerFollower(providers, timer, FOLLOW));
    LiveStatistics statistics = new LiveStatistics(System::nanoTime, objectives.statisticsWindow());
    SloController slo = new SloController(objectives, System::nanoTime);
    SharedState shared =
        new SharedState(
            link == null
                ? new FileStateStore(server.dataDir())
                : new RedisStateStore(link, "state"));
    SharedKeyBook keyBook =
        new SharedKeyBook(
            link == null
                ? FileStateStore.strict(server.dataDir(), "gateway-keys")
                : new RedisStateStore(link, "keys"));
    KeyFollower keyFollower = opened.add(new KeyFollower(keyBook, timer, FOLLOW_KEYS));
    KeyDirectory keys = new KeyDirectory(keyBook, server.mayBeOpen(), InstantSource.system());
    CanaryTraffic canary =
        new CanaryTraffic(
            canaryConfig, slo.objective(canaryConfig.candidate()), shared, InstantSource.system());
    DefaultPolicy defaultPolicy = new DefaultPolicy(routing.defaultPolicy(), shared);
    Steering steering =
        opened.add(
            new Steering(shared, canary, defaultPolicy, InstantSource.system(), timer, FOLLOW));
    QualityEstimates quality = new QualityEstimates(InstantSource.system());
    SharedQuality seen =
        SharedQuality.start(
            quality,
            link == null
                ? FileStateStore.of(server.dataDir(), "gateway-quality")
                : new RedisStateStore(link, "quality"),
            InstantSource.system(),
            timer,
            SHARE_QUALITY);
    opened.add(seen);
    RoutingSignals signals =
        new RoutingSignals(
            statistics,
            slo,
            canary,
            breakers::refuses,
            () -> ThreadLocalRandom.current().nextDouble(),
            expectedQuality(quality, routing.baseline()));
    Supplier<Totals> counted = () -> Totals.of(metrics.summary(), quality);
    SharedTotals totals =
        link == null
            ? SharedTotals.alone(counted)
            : SharedTotals.over(new RedisTotals(link), counted, timer, FOLLOW);
    opened.add(totals);
    Router router = new Router(routing, signals);
    ShadowSampler shadows =
        new ShadowSampler(
            qualityConfig,
            quality,
            judge(qualityConfig, scorer, backends.provider(), catalogs, router),
            new ShadowBudget(shared, qualityConfig.shadowDailyUsd(), InstantSource.system()),
            new ShadowMetrics(telemetry.registry(), quality),
            () -> ThreadLocalRandom.current().nextDouble());
    OutputLengths lengths = new OutputLengths();
    RunningLedger ledger =
        RunningLedger.start(
            ledgerConfig,
            server.dataDir(),
            telemetry.registry(),
            timer,
            InstantSource.system(),
            found ->
                lengths.learn(
                    found.outputLengths(
                        Instant.now().minus(LEARN_FROM), OutputLengths.REMEMBERED)));
    opened.add(ledger);
    budgetConfig.mustOutlive(limits.requestTimeout());
    Budgets budgets =
        new Budgets(
            budgetConfig,
            link == null
                ? new MemoryBudgetStore(InstantSource.system())
                : new BreakingBudgetStore(
                    new RedisBudgetStore(link, budgetConfig.timeout().toMillis()),
                    System::nanoTime),
            new LedgerSpending(ledger),
            new RaisedAlerts(alerts, InstantSource.system()),
            steering.blocking(),
            InstantSource.system(),
            telemetry.registry());
    BudgetGauges.follow(
        budgets, keyBook::current, InstantSource.system(), telemetry.registry(), timer);
    InferencePipeline pipeline =
        new InferencePipeline(
            routing,
            limits,
            streams,
            router,
            catalogs,
            cache,
            scorer,
            backends.provider(),
            metrics,
            recent,
            requests,
            defaultPolicy,
            new TryRecorder(statistics, slo, canary, new BurnMeters(telemetry.registry(), slo)),
            quality,
            shadows,
            Duration.ofNanos(Math.round(objectives.latencyP95Ms() * 1e6)),
            new Accounting(
                watched(
                    ledger.sink(),
                    new SpendAnomalies(alertsConfig, alerts, InstantSource.system())),
                ledger.keepsPrompts(),
                budgets,
                lengths),
            new RateLimiter(limitStore(link, limits)),
            telemetry.tracer());
    AtomicBoolean leaving = new AtomicBoolean();
    BooleanSupplier ready = () -> !leaving.get() && catalogs.current().isPresent() && keys.ready();
    EdgeServer edge =
        EdgeServer.start(
            new EdgeServer.Parts(
                server,
                door,
                limits,
                streams,
                security,
                telemetry,
                metrics,
                totals,
                pipeline,
                catalogs,
                cache,
                scorer,
                providers,
                recent,
                new LearningQuality(new MeteredQuality(telemetry.registry(), quality), scorer),
                quality,
                statistics,
                slo,
                steering,
                keys,
                new KeyChanges(keyBook, InstantSource.system()),
                budgets,
                ledger,
                sections,
                console,
                requests,
                ready));
    opened.add(edge);
    RpcServer rpc =
        server.grpcPort() < 0
            ? null
            : Doors.rpc(server, door, telemetry, pipeline, keys, limits, grpcPortMayBeTaken);
    if (rpc != null) {
      opened.add(() -> rpc.close(Duration.ZERO));
    }
    ManagementServer management =
        server.managementPort() < 0 ? null : Doors.management(server, telemetry, ready);
    return new GatewayNode(
        server,
        tls,
        management,
        leaving,
        edge,
        rpc,
        catalogs,
        steering,
        seen,
        breakers,
        ledger,
        timer,
        keys,
        keyFollower,
        alerts,
        totals,
        link);
  }

  private static RedisLink open(RedisConfig redis, Tls tls, Telemetry telemetry) {
    RedisMetrics watch = new RedisMetrics(telemetry.registry(), "gateway");
    RedisLink link = RedisLink.open(redis.settings(tls), watch::ended);
    watch.follow(link::underWay, link::connected);
    return link;
  }

  private static ExpectedQuality expectedQuality(QualityEstimates estimates, String baseline) {
    return (tenant, model, gain) ->
        model.tier() == Tier.QUALITY || model.id().equals(baseline)
            ? 1
            : estimates.expected(tenant, model.id(), gain, QualityEstimates.reach(model.tier()));
  }

  private static ReferenceJudge judge(
      QualityConfig config,
      ScorerClient scorer,
      Channel provider,
      CatalogFollower catalogs,
      Router router) {
    return config.judgesByModel()
        ? new ModelJudge(
            ProviderServiceGrpc.newStub(provider),
            () ->
                catalogs
                    .current()
                    .flatMap(known ->
                        config.judgeModel().isEmpty()
                            ? router.baseline(known)
                            : known.find(config.judgeModel())),
            config.shadowTimeout())
        : new EmbeddingJudge(scorer, config.sameAbove(), config.shadowTimeout());
  }

  private static LedgerSink watched(LedgerSink ledger, SpendAnomalies anomalies) {
    return row -> {
      ledger.offer(row);
      anomalies.spent(row.payer().tenant(), row.bill().costNanoUsd());
    };
  }

  private static LimitStore limitStore(@Nullable RedisLink link, LimitsConfig limits) {
    if (link == null) {
      return new MemoryLimitStore(System::nanoTime, MINUTE, 1);
    }
    return new FallbackLimitStore(
        new RedisLimitStore(link, MINUTE, limits.requestTimeout().plus(MINUTE)),
        limits.withoutRedis().equals("local")
            ? new MemoryLimitStore(System::nanoTime, MINUTE, limits.localShare())
            : null,
        limits.sharedTimeout(),
        System::nanoTime);
  }

  /** Both doors drain at the same time, so the second one has what the first one left. */
  private static Duration graceUntil(long nanoTime) {
    return Duration.ofNanos(Math.max(LEAST_GRACE.toNanos(), nanoTime - System.nanoTime()));
  }

  private static void waitFor(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The port of probes and scrapes in use; -1 when there is none. */
  public int managementPort() {
    return management == null ? -1 : management.port();
  }

  /** The HTTP port that has the admin API and the console: its own one or the public one. */
  public int adminPort() {
    return edge.adminPort();
  }

  /** The HTTP port in use. */
  public int httpPort() {
    return edge.port();
  }

  /** The gRPC port in use; -1 when gRPC is off. */
  public int grpcPort() {
    return rpc == null ? -1 : rpc.port();
  }

  /** Asks the provider service for its models now; does not block. */
  public void refreshModels() {
    catalogs.refresh(() -> {});
  }

  /** Whether requests can be served. */
  public boolean ready() {
    return !leaving.get() && catalogs.current().isPresent() && keys.ready();
  }

  /**
   * Says that it is not ready, waits for those who look at that, closes the doors, lets requests
   * under way finish within the drain time, and writes what is to be kept; blocks.
   */
  @Override
  public void close() {
    leaving.set(true);
    if (rpc != null) {
      rpc.leave();
    }
    waitFor(drainDelay);
    if (rpc != null) {
      rpc.refuse();
    }
    long drained = System.nanoTime() + drainTimeout.toNanos();
    edge.close();
    if (rpc != null) {
      rpc.close(graceUntil(drained));
    }
    if (management != null) {
      management.close();
    }
    tls.close();
    catalogs.close();
    breakers.close();
    steering.close();
    seen.close();
    keyFollower.close();
    ledger.close();
    alerts.close();
    totals.close();
    if (link != null) {
      link.close();
    }
    timer.shutdownNow();
  }
}
