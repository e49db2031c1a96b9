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
 * The last requests of this gateway: all are counted, in {@link RecentSteps}, and remembered in a
 * ring, where a new one takes the place of the oldest. When many come, only every n-th is
 * remembered, of failures and of answers apart, so that the ring reaches some seconds back and the
 * collector does not copy what nobody can look at in time. Thread-safe, does not block.
 */
public final class RecentRequests {

  /** Of the ring, what a second's answers take at most, and a second's failures. */
  private static final int SHARE = 40;

  /** Answers, and failures, a second that are all remembered, whatever the size of the ring. */
  private static final int FEW = 100;

  private final AtomicReferenceArray<SettledRequest> ring;
  private final AtomicLong next = new AtomicLong();
  private final RecentSteps steps = new RecentSteps();
  private final Thinning answers;
  private final Thinning failures;

  private RecentRequests(int capacity) {
    this.ring = new AtomicReferenceArray<>(capacity);
    this.answers = new Thinning(Math.max(FEW, capacity / SHARE));
    this.failures = new Thinning(Math.max(FEW, capacity / SHARE));
  }

  /** A ring of the configured size; one that remembers nothing when there is no console. */
  public static RecentRequests of(ConsoleConfig config) {
    return new RecentRequests(config.enabled() ? config.recent() : 0);
  }

  /** A request was answered. */
  public void completed(CallScope scope, Answer answer) {
    if (ring.length() > 0) {
      long now = System.currentTimeMillis();
      Settlement settled = answer.settlement();
      steps.answered(
          now, answer.head().cache().answered(), settled.costNanoUsd(), settled.savedNanoUsd());
      if (answers.keeps(now)) {
        add(record(scope, answer, now));
      }
    }
  }

  /** A request failed. */
  public void failed(CallScope scope, FailedAnswer failed) {
    if (ring.length() > 0) {
      long now = System.currentTimeMillis();
      steps.failed(now, failed.failure() instanceof Failure.Cancelled);
      if (failures.keeps(now)) {
        add(record(scope, failed, now));
      }
    }
  }

  void add(SettledRequest request) {
    ring.setRelease((int) Math.floorMod(next.getAndIncrement(), (long) ring.length()), request);
  }

  private static SettledRequest record(CallScope scope, Answer answer, long now) {
    AnswerHead head = answer.head();
    Settlement settled = answer.settlement();
    return new SettledRequest(
        scope.requestId(),
        now,
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

  private static SettledRequest record(CallScope scope, FailedAnswer failed, long now) {
    return new SettledRequest(
        scope.requestId(),
        now,
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

  /** What every request adds to. */
  RecentSteps steps() {
    return steps;
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
}
