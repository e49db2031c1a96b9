package dev.fairlead.scorer;

import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.lifecycle.ServiceNode;
import dev.fairlead.common.rpc.AcceptedHeaders;
import dev.fairlead.onnx.ModelFileException;
import dev.fairlead.scorer.learning.TrafficLearning;
import dev.fairlead.v1.GetModelInfoResponse;
import dev.fairlead.v1.ScorerServiceGrpc;
import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.ServerInterceptors;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.Tracer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The scorer service, loaded and warm, without its transport. */
public final class ScorerNode implements ServiceNode {

  private static final MethodDescriptor<?, ?> LEARN = ScorerServiceGrpc.getLearnMethod();

  private static final String WARM_UP =
      "The first runs of a model are slow, so they are spent on this sentence. ";
  private static final int WARM_UP_RUNS = 20;

  private final TextScorer scorer;
  private final ComputePool pool;
  private final TrafficLearning learning;
  private final ScorerService service;
  private volatile boolean ready = true;

  private ScorerNode(
      TextScorer scorer, ScorerConfig config, @Nullable Path labels, MeterRegistry meters) {
    this.scorer = scorer;
    this.pool =
        new ComputePool(
            config.computeThreads(), config.queueCapacity(), config.closeTimeout(), meters);
    GetModelInfoResponse info = scorer.modelInfo();
    this.learning =
        TrafficLearning.start(
            config.learningLabels(),
            labels,
            info.getModelFingerprint() + "/" + info.getHeadVersion(),
            meters);
    this.service =
        new ScorerService(
            scorer,
            pool,
            new AnalysisMemo(config.memoEntries(), meters),
            ComputeTimers.of(meters),
            learning,
            config);
  }

  /**
   * Loads the models and warms them up. Blocks for about a second.
   *
   * @param tracer not used: the service is one span, which the server interceptor makes
   * @throws ModelFileException when a model's file is missing or damaged, or gives no usable
   *     numbers
   * @throws dev.fairlead.common.config.ConfigException when the section {@code scorer} is not valid
   */
  public static ScorerNode start(ConfigSource config, MeterRegistry meters, Tracer tracer) {
    ScorerConfig section = config.section("scorer", ScorerConfig.class);
    TextScorer scorer = OnnxTextScorer.open(section);
    try {
      warmUp(scorer);
      return new ScorerNode(scorer, section, labels(section, config), meters);
    } catch (RuntimeException e) {
      scorer.close();
      throw e;
    }
  }

  private static void warmUp(TextScorer scorer) {
    try {
      for (int run = 1; run <= WARM_UP_RUNS; run++) {
        scorer.analyze(WARM_UP.repeat(run));
      }
    } catch (IllegalStateException e) {
      throw new ModelFileException(
          "scorer.encoder_path, scorer.head_path: models that cannot be used: " + e.getMessage(),
          e);
    }
  }

  /** A node on another scorer, for tests. */
  static ScorerNode of(TextScorer scorer, ScorerConfig config, MeterRegistry meters) {
    Path labels = config.learningDir().isEmpty() ? null : Path.of(config.learningDir());
    return new ScorerNode(scorer, config, labels, meters);
  }

  private static Path labels(ScorerConfig section, ConfigSource config) {
    return section.learningDir().isEmpty()
        ? Path.of(config.text("server", "data_dir").orElse("./data"), "scorer")
        : Path.of(section.learningDir());
  }

  @Override
  public String name() {
    return "scorer-service";
  }

  /** A label counts as often as it is told: its headers tell the transport not to tell it twice. */
  @Override
  public List<BindableService> services() {
    return List.of(() -> ServerInterceptors.intercept(service, new AcceptedHeaders(LEARN::equals)));
  }

  @Override
  public boolean ready() {
    return ready;
  }

  @Override
  public void close() {
    ready = false;
    pool.close();
    learning.close();
    scorer.close();
  }
}
