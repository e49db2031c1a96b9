package dev.fairlead.gateway.console;

import dev.fairlead.common.failure.Failure;
import dev.fairlead.gateway.pipeline.Answer;
import dev.fairlead.gateway.pipeline.AnswerHead;
import dev.fairlead.gateway.pipeline.CallScope;
import dev.fairlead.gateway.pipeline.FailedAnswer;
import dev.fairlead.gateway.pipeline.Settlement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The last requests of this gateway, in a ring: a new one takes the place of the oldest. To
 * remember one costs a small record, one increment and one array store. Thread-safe, does not
 * block.
 */
public final class RecentRequests {

  private final AtomicReferenceArray<SettledRequest> ring;
  private final AtomicLong next = new AtomicLong();

  private RecentRequests(int capacity) {
    this.ring = new AtomicReferenceArray<>(capacity);
  }

  /** A ring of the configured size; one that remembers nothing when there is no console. */
  public static RecentRequests of(ConsoleConfig config) {
    return new RecentRequests(config.enabled() ? config.recent() : 0);
  }

  /** A request was answered. */
  public void completed(CallScope scope, Answer answer) {
    if (ring.length() > 0) {
      add(record(scope, answer));
    }
  }

  /** A request failed. */
  public void failed(CallScope scope, FailedAnswer failed) {
    if (ring.length() > 0) {
      add(record(scope, failed));
    }
  }

  void add(SettledRequest request) {
    ring.setRelease((int) Math.floorMod(next.getAndIncrement(), (long) ring.length()), request);
  }

  private static SettledRequest record(CallScope scope, Answer answer) {
    AnswerHead head = answer.head();
    Settlement settled = answer.settlement();
    return new SettledRequest(
        scope.requestId(),
        System.currentTimeMillis(),
        scope.tenant(),
        head.modelId(),
        head.decision() == null ? "" : head.decision().tierLabel(),
        head.policy(),
        head.reason(),
        head.complexity(),
        head.cache().label(),
        head.similarity(),
        settled.usage().promptTokens(),
        settled.usage().completionTokens(),
        settled.costNanoUsd(),
        settled.savedNanoUsd(),
        settled.expectation() == null
            ? OptionalDouble.empty()
            : OptionalDouble.of(settled.expectation().quality()),
        settled.latencyNanos(),
        settled.firstTokenNanos(),
        head.overheadNanos(),
        settled.attempts(),
        scope.steps().ended(),
        "");
  }

  private static SettledRequest record(CallScope scope, FailedAnswer failed) {
    return new SettledRequest(
        scope.requestId(),
        System.currentTimeMillis(),
        scope.tenant(),
        failed.modelId(),
        "",
        "",
        "",
        OptionalDouble.empty(),
        "",
        OptionalDouble.empty(),
        0,
        0,
        0,
        0,
        OptionalDouble.empty(),
        scope.elapsedNanos(),
        OptionalLong.empty(),
        0,
        failed.tries(),
        scope.steps().ended(),
        failed.failure() instanceof Failure.Cancelled
            ? SettledRequest.CANCELLED
            : failed.failure().reason());
  }

  /** Newest first, at most {@code limit}. */
  List<SettledRequest> newest(int limit) {
    long end = next.get();
    long begin = Math.max(0, end - Math.min(limit, ring.length()));
    List<SettledRequest> found = new ArrayList<>((int) (end - begin));
    for (long at = end - 1; at >= begin; at--) {
      SettledRequest request = ring.getAcquire((int) Math.floorMod(at, (long) ring.length()));
      // A slot that was taken but not yet written is passed over.
      if (request != null) {
        found.add(request);
      }
    }
    return found;
  }

  /** The newest request of that id, unless it is forgotten. */
  Optional<SettledRequest> find(String id) {
    return newest(ring.length()).stream().filter(request -> request.id().equals(id)).findFirst();
  }

  /** How many are remembered at most. */
  int capacity() {
    return ring.length();
  }

  /** Whether older requests have been forgotten already. */
  boolean wrapped() {
    return next.get() > ring.length();
  }
}
