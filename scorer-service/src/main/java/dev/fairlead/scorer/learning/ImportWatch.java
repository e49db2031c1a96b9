package dev.fairlead.scorer.learning;

import dev.fairlead.onnx.learning.LabelCodec;
import dev.fairlead.onnx.learning.LabelSpool;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks every few seconds whether labels were imported, and has them learned. */
final class ImportWatch implements AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(ImportWatch.class);
  private static final long SECONDS = 5;

  private final LabelSpool spool;
  private final Executor learner;
  private final Consumer<List<LabelCodec.Line>> sink;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("scorer-imports").daemon(true).factory());
  private boolean failed;

  /**
   * A watch.
   *
   * @param learner the thread on which files are read and labels learned
   */
  ImportWatch(LabelSpool spool, Executor learner, Consumer<List<LabelCodec.Line>> sink) {
    this.spool = spool;
    this.learner = learner;
    this.sink = sink;
  }

  void start() {
    clock.scheduleWithFixedDelay(this::look, 0, SECONDS, TimeUnit.SECONDS);
  }

  private void look() {
    try {
      learner.execute(this::take);
    } catch (RejectedExecutionException e) {
      logger.debug("imported labels wait: the learning thread is busy");
    }
  }

  private void take() {
    try {
      int passedOver = spool.take(sink);
      failed = false;
      if (passedOver > 0) {
        logger.warn(
            "{} imported labels are damaged or of another encoder or head and were passed over",
            passedOver);
      }
    } catch (IOException e) {
      if (!failed) {
        logger.warn("imported labels cannot be read", e);
      }
      failed = true;
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
