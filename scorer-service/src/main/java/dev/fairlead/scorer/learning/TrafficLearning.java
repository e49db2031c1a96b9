package dev.fairlead.scorer.learning;

import dev.fairlead.onnx.learning.HeadTrial;
import dev.fairlead.onnx.learning.LabelCodec;
import dev.fairlead.onnx.learning.LabelSpool;
import dev.fairlead.onnx.learning.LabelledPrompt;
import dev.fairlead.onnx.learning.TrafficLabel;
import dev.fairlead.v1.AnalyzeResponse;
import dev.fairlead.v1.FeatureValue;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the tenants' labels taught, and the one thread on which it is learned. Thread-safe; nothing
 * but {@link #start} and {@link #close} blocks.
 */
public final class TrafficLearning implements AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(TrafficLearning.class);

  /** Labels that may wait to be learned; one more is dropped and counted. */
  private static final int MAX_WAITING = 1_024;

  /** Tenants that can have a head; labels of further ones are dropped and counted. */
  private static final int MAX_TENANTS = 1_000;

  private final int capacity;
  private final MeterRegistry meters;
  private final LabelFile file;
  private final HeadFile heads;
  private final Map<String, TenantLearning> tenants = new ConcurrentHashMap<>();
  private final ExecutorService learner;
  private final @Nullable ImportWatch imports;

  private TrafficLearning(
      int capacity,
      LabelFile file,
      HeadFile heads,
      @Nullable LabelSpool spool,
      MeterRegistry meters) {
    this.capacity = capacity;
    this.file = file;
    this.heads = heads;
    this.meters = meters;
    this.learner =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MAX_WAITING),
            Thread.ofPlatform()
                .name("scorer-learning")
                .daemon(true)
                .priority(Thread.MIN_PRIORITY)
                .factory());
    this.imports = spool == null ? null : new ImportWatch(spool, learner, this::learnAll);
  }

  /**
   * Reads earlier labels and begins. Blocks for the reading; heads that were in use are fitted
   * again on the learning thread, some 0.1 s each, and answer from then on.
   *
   * @param capacity newest labels kept of a tenant; 0 learns nothing
   * @param folder of the labels' file; null keeps nothing beyond the process
   * @param fingerprint of encoder and head
   */
  public static TrafficLearning start(
      int capacity, @Nullable Path folder, String fingerprint, MeterRegistry meters) {
    LabelCodec codec = new LabelCodec(fingerprint);
    LabelSpool spool = folder == null || capacity == 0 ? null : new LabelSpool(folder, codec);
    TrafficLearning learning =
        new TrafficLearning(
            capacity,
            new LabelFile(folder, codec),
            new HeadFile(folder, fingerprint),
            spool,
            meters);
    if (capacity > 0) {
      learning.restore();
    }
    if (learning.imports != null) {
      learning.imports.start();
    }
    return learning;
  }

  private void restore() {
    Map<String, LabelFile.Earlier> earlier = new TreeMap<>(file.read(capacity, MAX_TENANTS));
    heads.tenants(MAX_TENANTS).forEach(name -> earlier.putIfAbsent(name, LabelFile.Earlier.NONE));
    earlier.forEach((name, labels) -> {
      TenantLearning tenant = tenant(name);
      if (tenant != null) {
        learner.execute(() -> settle(name, tenant, restored(name, tenant, labels)));
      }
    });
    learner.execute(this::compactIfDue);
  }

  private TenantLearning.Outcome restored(
      String name, TenantLearning tenant, LabelFile.Earlier earlier) {
    SavedHead saved;
    try {
      saved = heads.read(name);
    } catch (IOException e) {
      logger.warn("tenant {}: its head cannot be read and is learned anew", name, e);
      return tenant.restoreWithoutHead(earlier);
    }
    return tenant.restore(earlier, saved);
  }

  /** On the learning thread: keeps and tells what came of labels. */
  private void settle(String name, TenantLearning tenant, TenantLearning.Outcome outcome) {
    switch (outcome) {
      case PROMOTED, ROLLED_BACK -> heads.write(name, tenant.saved());
      case LEARNED, KEPT -> {}
    }
    report(name, tenant, outcome);
  }

  /** On the learning thread. */
  private void learnAll(List<LabelCodec.Line> imported) {
    Map<String, List<TrafficLabel>> byTenant = new TreeMap<>();
    for (LabelCodec.Line line : imported) {
      byTenant.computeIfAbsent(line.tenant(), name -> new ArrayList<>()).add(line.label());
    }
    byTenant.forEach((name, labels) -> {
      TenantLearning tenant = tenant(name);
      if (tenant == null) {
        labels.forEach(label -> dropped());
        return;
      }
      List<TrafficLabel> newest =
          labels.subList(Math.max(0, labels.size() - capacity), labels.size());
      for (int i = 0; i < newest.size(); i++) {
        file.append(new LabelCodec.Line(name, newest.get(i), tenant.taken() + 1 + i));
      }
      counted(TrafficLabel.IMPORT, newest.size());
      logger.info("tenant {}: {} labels imported", name, newest.size());
      settle(name, tenant, tenant.learnAll(newest));
    });
    compactIfDue();
  }

  /** On the learning thread, once what was appended is learned: what is not would be lost. */
  private void compactIfDue() {
    if (file.isDue(tenants.values().stream().mapToLong(TenantLearning::size).sum())) {
      file.replace(
          tenants.entrySet().stream().flatMap(tenant -> lines(tenant.getKey(), tenant.getValue())));
    }
  }

  private static Stream<LabelCodec.Line> lines(String name, TenantLearning tenant) {
    List<TrafficLabel> labels = tenant.labels();
    long before = tenant.taken() - labels.size();
    return IntStream.range(0, labels.size())
        .mapToObj(i -> new LabelCodec.Line(name, labels.get(i), before + 1 + i));
  }

  /**
   * Takes a label of an analysed prompt.
   *
   * @param analysis by the prior, with its embedding
   * @param gain what a quality-tier answer was better by, -1 to 1
   * @return whether it will be learned; not so when too many wait, the prompt had no text, or
   *     learning is off
   */
  public boolean learn(
      String tenant, AnalyzeResponse analysis, double gain, double propensity, String origin) {
    TenantLearning learning = tenant(tenant);
    if (learning == null || analysis.getEmbeddingCount() == 0) {
      dropped();
      return false;
    }
    TrafficLabel label = new TrafficLabel(labelled(analysis, gain), propensity, origin);
    try {
      learner.execute(() -> {
        file.append(new LabelCodec.Line(tenant, label, learning.taken() + 1));
        settle(tenant, learning, learning.learn(label));
        compactIfDue();
      });
    } catch (RejectedExecutionException e) {
      dropped();
      return false;
    }
    counted(origin, 1);
    return true;
  }

  private void counted(String origin, int labels) {
    Counter.builder("llm.router.scorer.labels")
        .description("Ratings and comparisons learned from, by where they come from")
        .tag("origin", origin)
        .register(meters)
        .increment(labels);
  }

  /**
   * The analysis as the tenant's head sees it; the same when the tenant has none. Counts as a
   * prompt of the tenant's traffic.
   */
  public AnalyzeResponse apply(String tenant, AnalyzeResponse analysis) {
    TenantLearning learning = tenants.get(tenant);
    if (learning == null || analysis.getEmbeddingCount() == 0) {
      return analysis;
    }
    boolean wanted = learning.asked().wants();
    ActiveHead head = learning.active();
    if (head == null && !wanted) {
      return analysis;
    }
    LabelledPrompt prompt = labelled(analysis, 0);
    if (wanted) {
      learning.asked().put(prompt);
    }
    if (head == null) {
      return analysis;
    }
    if (learning.asked().renewalIsDue()) {
      renew(learning);
    }
    return applied(head, prompt, analysis);
  }

  private void renew(TenantLearning learning) {
    try {
      learner.execute(learning::renewQuantiles);
    } catch (RejectedExecutionException e) {
      logger.debug("quantiles are not renewed: the learning thread is busy");
    }
  }

  private static AnalyzeResponse applied(
      ActiveHead head, LabelledPrompt prompt, AnalyzeResponse analysis) {
    double gain = head.head().expectedGain(prompt.embedding(), prompt.features(), prompt.prior());
    return analysis.toBuilder()
        .setComplexity(head.quantiles().quantileOf(gain))
        .setExpectedGain(head.scale().gain(gain))
        .setHeadVersion(version(head, analysis))
        .build();
  }

  /** Version of the head that answers the tenant. */
  public String headVersion(String tenant, AnalyzeResponse analysis) {
    TenantLearning learning = tenants.get(tenant);
    ActiveHead head = learning == null ? null : learning.active();
    return head == null ? analysis.getHeadVersion() : version(head, analysis);
  }

  private static String version(ActiveHead head, AnalyzeResponse analysis) {
    return analysis.getHeadVersion() + "+own." + head.version();
  }

  /** Labels of a tenant that are kept. */
  public int labels(String tenant) {
    TenantLearning learning = tenants.get(tenant);
    return learning == null ? 0 : learning.size();
  }

  private @Nullable TenantLearning tenant(String name) {
    if (capacity == 0) {
      return null;
    }
    TenantLearning known = tenants.get(name);
    if (known != null || tenants.size() >= MAX_TENANTS) {
      return known;
    }
    return tenants.computeIfAbsent(name, ignored -> new TenantLearning(capacity));
  }

  private void report(String name, TenantLearning tenant, TenantLearning.Outcome outcome) {
    if (outcome == TenantLearning.Outcome.LEARNED) {
      return;
    }
    Counter.builder("llm.router.scorer.heads")
        .description("Trials of a tenant's own head, by their outcome")
        .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
        .register(meters)
        .increment();
    if (outcome == TenantLearning.Outcome.ROLLED_BACK) {
      logger.info("tenant {}: its own head does worse than the prior, which is back", name);
      return;
    }
    HeadTrial trial = tenant.lastTrial();
    if (trial != null && outcome == TenantLearning.Outcome.PROMOTED) {
      logger.info(
          "tenant {}: its own head takes over, {} labels; gain kept {}, by the prior {}, difference"
              + " {} to {}, by luck {}",
          name,
          trial.labels(),
          trial.learned(),
          trial.prior(),
          trial.low(),
          trial.high(),
          trial.shuffled());
    }
  }

  private void dropped() {
    Counter.builder("llm.router.scorer.labels.dropped")
        .description("Ratings and comparisons that found no room")
        .register(meters)
        .increment();
  }

  private static LabelledPrompt labelled(AnalyzeResponse analysis, double gain) {
    float[] embedding = new float[analysis.getEmbeddingCount()];
    for (int i = 0; i < embedding.length; i++) {
      embedding[i] = analysis.getEmbedding(i);
    }
    List<FeatureValue> values = analysis.getFeaturesList();
    float[] features = new float[values.size()];
    for (int i = 0; i < features.length; i++) {
      features[i] = (float) values.get(i).getValue();
    }
    return new LabelledPrompt(
        embedding, features, Math.clamp(analysis.getExpectedGain(), 0, 1), gain);
  }

  /** Waits a short time for what is being learned; what waits is in the file already or lost. */
  @Override
  public void close() {
    if (imports != null) {
      imports.close();
    }
    learner.shutdown();
    try {
      if (!learner.awaitTermination(5, TimeUnit.SECONDS)) {
        learner.shutdownNow();
      }
    } catch (InterruptedException e) {
      learner.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
