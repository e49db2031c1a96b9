package dev.fairlead.telemetry.failed;

import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SpanProcessor;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Sends what was kept of traces that failed; no more of them a second than told, so that an outage
 * does not become a flood. Thread-safe.
 */
public final class FailedTraces {

  private static final long SECOND = 1_000_000_000L;

  private final SpanProcessor next;
  private final Resource resource;
  private final int mostPerSecond;
  private final LongSupplier nanoTime;
  private long secondBegan;
  private int sentThisSecond;

  /**
   * Sends to {@code next}.
   *
   * @param next what sends; must not leave out spans without the sampled flag
   * @param resource what sent spans say of this process
   * @param mostPerSecond traces that failed
   * @param nanoTime clock of spans and of the second, such as {@link System#nanoTime}
   */
  public FailedTraces(
      SpanProcessor next, Resource resource, int mostPerSecond, LongSupplier nanoTime) {
    this.next = next;
    this.resource = resource;
    this.mostPerSecond = mostPerSecond;
    this.nanoTime = nanoTime;
    this.secondBegan = nanoTime.getAsLong();
  }

  long nanoTime() {
    return nanoTime.getAsLong();
  }

  Resource resource() {
    return resource;
  }

  /** A trace has failed and is complete. */
  void failed(List<KeptSpan> spans) {
    if (mayBeSent()) {
      spans.forEach(next::onEnd);
    }
  }

  private synchronized boolean mayBeSent() {
    long now = nanoTime.getAsLong();
    if (now - secondBegan >= SECOND) {
      secondBegan = now;
      sentThisSecond = 0;
    }
    return sentThisSecond++ < mostPerSecond;
  }
}
