package dev.fairlead.cache;

import dev.fairlead.cache.bound.ErrorBoundPolicy;
import dev.fairlead.cache.bound.LabelLog;
import dev.fairlead.cache.bound.ServePolicy;
import dev.fairlead.cache.bound.ThresholdPolicy;
import dev.fairlead.cache.bound.VCachePolicy;
import dev.fairlead.cache.index.LocalVectors;
import dev.fairlead.cache.index.PartitionedIndex;
import dev.fairlead.cache.index.VectorStore;
import dev.fairlead.cache.store.ChangeFeed;
import dev.fairlead.cache.store.EntryStore;
import dev.fairlead.cache.verify.AnswerJudge;
import dev.fairlead.cache.verify.EqualityJudge;
import dev.fairlead.cache.verify.OverlapJudge;
import dev.fairlead.cache.verify.SimilarityJudge;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.config.Expect;
import dev.fairlead.common.lifecycle.Opened;
import dev.fairlead.common.lifecycle.ServiceNode;
import dev.fairlead.common.tls.Tls;
import dev.fairlead.redis.RedisConfig;
import dev.fairlead.telemetry.CertificateMetrics;
import io.grpc.BindableService;
import io.grpc.Channel;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.Tracer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The cache service, wired: over Redis when {@code redis.url} is set, in memory otherwise. */
public final class CacheNode implements ServiceNode {

  private static final Logger logger = LoggerFactory.getLogger(CacheNode.class);
  private static final int COMPUTE_QUEUE = 1024;

  /** Entries that are moved into a graph together; until then they are scanned, which is cheap. */
  private static final int GRAPH_BATCH = 5_000;

  private final CacheRpcService service;
  private final ScheduledThreadPoolExecutor timer;
  private final ExecutorService compute;
  private final ExecutorService graphs;
  private final Backing backing;
  private final CacheCounters counters;
  private final Tls tls;

  private CacheNode(
      CacheRpcService service,
      ScheduledThreadPoolExecutor timer,
      ExecutorService compute,
      ExecutorService graphs,
      Backing backing,
      CacheCounters counters,
      Tls tls) {
    this.service = service;
    this.timer = timer;
    this.compute = compute;
    this.graphs = graphs;
    this.backing = backing;
    this.counters = counters;
    this.tls = tls;
  }

  /** Starts the service without a scorer to ask: the words decide where that would. */
  public static CacheNode start(ConfigSource config, MeterRegistry meters, Tracer tracer) {
    return start(config, meters, tracer, null);
  }

  /**
   * Starts the service from sections {@code cache} and {@code redis}. Does not wait for Redis.
   *
   * @param scorer to the scorer service, for judging answers; null when there is none. Stays open.
   */
  public static CacheNode start(
      ConfigSource config, MeterRegistry meters, Tracer tracer, @Nullable Channel scorer) {
    return start(
        config.section("cache", CacheConfig.class),
        config.section("redis", RedisConfig.class),
        Tls.of(config),
        meters,
        tracer,
        scorer,
        InstantSource.system(),
        () -> ThreadLocalRandom.current().nextDouble());
  }

  static CacheNode start(
      CacheConfig config,
      RedisConfig redis,
      Tls tls,
      MeterRegistry meters,
      Tracer tracer,
      @Nullable Channel scorer,
      InstantSource clock,
      DoubleSupplier random) {
    Opened opened = new Opened();
    opened.add(tls);
    try {
      return start(config, redis, tls, meters, tracer, scorer, clock, random, opened);
    } catch (RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  private static CacheNode start(
      CacheConfig config,
      RedisConfig redis,
      Tls tls,
      MeterRegistry meters,
      Tracer tracer,
      @Nullable Channel scorer,
      InstantSource clock,
      DoubleSupplier random,
      Opened opened) {
    ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, daemon("cache-timer"));
    timer.setRemoveOnCancelPolicy(true);
    opened.add(timer::shutdownNow);
    ExecutorService compute = computePool();
    opened.add(compute::shutdownNow);
    ExecutorService graphs = Executors.newSingleThreadExecutor(daemon("cache-graph"));
    opened.add(graphs::shutdownNow);
    LocalVectors local =
        new LocalVectors(
            PartitionedIndex.withGraphs(
                config.exactScan(), config.graphFrom(), GRAPH_BATCH, graphs, clock),
            compute,
            config.maxVectors());
    Expect.that(
        !redis.url().isEmpty() || config.vectors().equals("memory"),
        "cache.vectors",
        config.vectors(),
        "memory, or redis.url to be set");
    Backing backing =
        redis.url().isEmpty()
            ? Backing.memory(config, clock, local)
            : Backing.redis(config, redis, clock, local, meters, tls);
    opened.add(backing);
    tls.list(new CertificateMetrics(meters)::register);
    CacheCounters counters = backing.counters();
    EntryStore store = backing.store();
    ChangeFeed feed = backing.feed();
    VectorStore vectors = backing.vectors();
    EntryRecords records = new EntryRecords();
    ServePolicy policy = policy(config, random, records.following(backing.labels()), compute);
    CoveredEntries covered = new CoveredEntries(vectors, feed);
    Outcomes outcomes =
        new Outcomes(
            records,
            policy,
            judge(config, scorer),
            store,
            covered,
            feed,
            backing.labels(),
            backing.ratings(),
            compute);
    SingleFlight flights =
        new SingleFlight(backing.leases(), timer, config.leaseTtl(), config.maxWaiters());
    Stores stores =
        new Stores(config, store, vectors, covered, flights, feed, counters, clock, random);
    SemanticLookups semantic =
        new SemanticLookups(config, vectors, store, policy, outcomes, counters, clock, tracer);
    Refreshes refreshes = new Refreshes(config, flights, counters, clock);
    Lookups lookups = new Lookups(config, store, semantic, flights, refreshes, counters, clock);
    Stats stats = new Stats(config, counters, store, vectors, policy);
    backing.follow(stores, flights, outcomes, clock);

    counters.bindTo(meters, stats::lastEntries, vectors::size, flights::waiting);
    Gauge.builder("llm.router.cache.false.hit.rate", stats, Stats::falseHitRate)
        .description(
            "Estimated share of eligible requests answered wrongly; no number before labels")
        .register(meters);
    repeat(
        timer,
        config.sweepInterval(),
        () -> sweep(store, vectors, backing, stats, clock.instant()));
    repeat(timer, config.statsInterval(), () -> counters.sync().exceptionally(error -> Map.of()));
    CacheRpcService service =
        new CacheRpcService(new CacheRequests(vectors), lookups, stores, outcomes, stats, clock);
    logger.info(
        "cache store: {}, semantic policy: {}",
        store.name(),
        config.semantic() ? policy.name() : "off");
    return new CacheNode(service, timer, compute, graphs, backing, counters, tls);
  }

  private static ServePolicy policy(
      CacheConfig config, DoubleSupplier random, LabelLog labels, Executor compute) {
    return switch (config.policy()) {
      case "threshold" -> new ThresholdPolicy(config.similarity());
      case "vcache" -> new VCachePolicy(config.maxErrorRate(), random, labels, compute);
      default -> new ErrorBoundPolicy(config.maxErrorRate(), config.verifyShare(), random, labels);
    };
  }

  private static AnswerJudge judge(CacheConfig config, @Nullable Channel scorer) {
    AnswerJudge words = new OverlapJudge();
    if (scorer == null && config.judge().equals("similarity") && config.semantic()) {
      logger.warn(
          "cache.judge is similarity, but there is no scorer (cache.scorer): the words decide");
    }
    return switch (config.judge()) {
      case "equality" -> new EqualityJudge();
      case "words" -> words;
      default ->
          scorer == null
              ? words
              : new SimilarityJudge(
                  new ScorerEncoder(scorer, config.judgeTimeout()),
                  config.judgeSimilarity(),
                  words);
    };
  }

  private static void sweep(
      EntryStore store, VectorStore vectors, Backing backing, Stats stats, Instant now) {
    vectors.sweep(now);
    store.sweep(now);
    backing.sweep(now);
    var unused = stats.countEntries();
  }

  private static void repeat(ScheduledThreadPoolExecutor timer, Duration interval, Runnable work) {
    Runnable guarded =
        () -> {
          try {
            work.run();
          } catch (RuntimeException e) {
            logger.warn("periodic work failed", e);
          }
        };
    long millis = Math.max(1, interval.toMillis());
    var unused = timer.scheduleWithFixedDelay(guarded, millis, millis, TimeUnit.MILLISECONDS);
  }

  private static ExecutorService computePool() {
    int threads = Runtime.getRuntime().availableProcessors();
    return new ThreadPoolExecutor(
        threads,
        threads,
        0,
        TimeUnit.SECONDS,
        new ArrayBlockingQueue<>(COMPUTE_QUEUE),
        daemon("cache-compute"));
  }

  private static ThreadFactory daemon(String name) {
    return Thread.ofPlatform().daemon().name(name + "-", 0).factory();
  }

  @Override
  public String name() {
    return "cache-service";
  }

  @Override
  public List<BindableService> services() {
    return List.of(service);
  }

  /** Always: without its store the service still answers, with misses. */
  @Override
  public boolean ready() {
    return true;
  }

  @Override
  public void close() {
    timer.shutdownNow();
    try {
      var unused = counters.sync().get(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      logger.info("the last counters were not shared: {}", e.getMessage());
    }
    backing.close();
    tls.close();
    compute.shutdown();
    graphs.shutdownNow();
  }
}
