package dev.fairlead.gateway.pipeline;

import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.gateway.ledger.LedgerRow;
import dev.fairlead.gateway.ledger.LedgerSink;
import dev.fairlead.gateway.ledger.PromptClass;
import dev.fairlead.gateway.quality.Expectation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * What the ledger is to know of one request, gathered until it is certain. A request that leads a
 * call pays for it even when it has gone before the call's end, so its row waits for both.
 * Thread-safe.
 */
final class Receipt {

  private final LedgerSink ledger;
  private final InferenceRequest request;
  private final CallScope scope;
  private final boolean keepPrompt;
  private final Instant arrival = Instant.now();
  private final List<Charge> charges = new ArrayList<>(1);
  private boolean calling;
  private boolean written;
  private @Nullable Answer answer;
  private @Nullable FailedAnswer failed;

  Receipt(LedgerSink ledger, InferenceRequest request, CallScope scope, boolean keepPrompt) {
    this.ledger = ledger;
    this.request = request;
    this.scope = scope;
    this.keepPrompt = keepPrompt;
  }

  /** The request leads a call from now on. */
  synchronized void callStarted() {
    calling = true;
  }

  /** What was paid so far, nano-dollars. */
  synchronized long paidNanoUsd() {
    long sum = 0;
    for (Charge charge : charges) {
      sum += charge.costNanoUsd();
    }
    return sum;
  }

  /** A try of the call cost something. */
  synchronized void paid(Charge charge) {
    charges.add(charge);
  }

  /**
   * The call that the request leads has ended: nothing more will be paid. A request that was made
   * the leader in the moment that it left has its row already; what it paid then is another.
   */
  void callEnded() {
    boolean due;
    synchronized (this) {
      boolean ended = answer != null || failed != null;
      due = calling && ended && (!written || !charges.isEmpty());
      calling = false;
    }
    if (due) {
      write();
    }
  }

  /** The request was answered. */
  void answered(Answer told) {
    boolean due;
    synchronized (this) {
      answer = told;
      due = !calling;
    }
    if (due) {
      write();
    }
  }

  /** The request was not answered. */
  void failed(FailedAnswer told) {
    boolean due;
    synchronized (this) {
      failed = told;
      due = !calling;
    }
    if (due) {
      write();
    }
  }

  /** Writes a row for calls that no client has asked for. */
  synchronized void writeBeside(String reason, List<Charge> paid) {
    charges.addAll(paid);
    offer(
        new LedgerRow.Route(
            request.facts().model(),
            paid.getLast().modelId(),
            "",
            reason,
            "",
            promptClass(),
            OptionalDouble.empty(),
            CacheUse.BYPASS.label(),
            OptionalDouble.empty()),
        bill(null),
        new LedgerRow.Timing(0, OptionalLong.empty(), paid.size()),
        new LedgerRow.Outcome("background", ""));
  }

  private synchronized void write() {
    written = true;
    long latencyMicros = scope.elapsedNanos() / 1000;
    Answer told = answer;
    FailedAnswer not = failed;
    LedgerRow.Route route;
    LedgerRow.Timing timing;
    LedgerRow.Outcome outcome;
    if (told != null) {
      route = route(told.head());
      Settlement settlement = told.settlement();
      timing =
          new LedgerRow.Timing(
              settlement.latencyNanos() / 1000,
              micros(settlement.firstTokenNanos()),
              settlement.attempts().size());
      outcome = success(settlement);
    } else if (not != null) {
      route = route(not.modelId());
      timing = new LedgerRow.Timing(latencyMicros, OptionalLong.empty(), not.attempts());
      String reason = not.failure().reason().toLowerCase(Locale.ROOT);
      outcome =
          not.failure() instanceof dev.fairlead.common.failure.Failure.Cancelled
              ? new LedgerRow.Outcome("cancelled", reason)
              : new LedgerRow.Outcome("error", reason, OptionalDouble.empty(), "missed");
    } else {
      throw new IllegalStateException("a row before the end");
    }
    offer(route, bill(told), timing, outcome);
  }

  private static LedgerRow.Outcome success(Settlement settlement) {
    Expectation expected = settlement.expectation();
    Boolean within = settlement.withinLimits();
    return new LedgerRow.Outcome(
        "success",
        "",
        expected == null ? OptionalDouble.empty() : OptionalDouble.of(expected.quality()),
        within == null ? "" : within ? "met" : "missed");
  }

  private void offer(
      LedgerRow.Route route,
      LedgerRow.Bill bill,
      LedgerRow.Timing timing,
      LedgerRow.Outcome outcome) {
    ledger.offer(
        new LedgerRow(
            rowId(),
            scope.requestId(),
            arrival,
            new LedgerRow.Payer(
                scope.tenant(), scope.principal().team(), scope.principal().keyId()),
            tags(),
            route,
            bill,
            timing,
            outcome,
            scope.traceId(),
            keepPrompt ? request.facts().lastUserText() : null));
  }

  /** The key's and the request's own; the row takes each once. */
  private List<String> tags() {
    List<String> own = request.controls().tags();
    List<String> ofKey = scope.principal().tags();
    if (own.isEmpty() || ofKey.isEmpty()) {
      return own.isEmpty() ? ofKey : own;
    }
    List<String> all = new ArrayList<>(ofKey);
    all.addAll(own);
    return all;
  }

  private static OptionalLong micros(OptionalLong nanos) {
    return nanos.isPresent() ? OptionalLong.of(nanos.getAsLong() / 1000) : nanos;
  }

  private LedgerRow.Route route(AnswerHead head) {
    String tier = head.decision() == null ? "" : tier(head.modelId(), head);
    return new LedgerRow.Route(
        request.facts().model(),
        head.modelId(),
        head.policy(),
        head.reason(),
        tier,
        promptClass(),
        head.complexity(),
        head.cache().label(),
        head.similarity());
  }

  private static String tier(String modelId, AnswerHead head) {
    var decision = head.decision();
    if (decision == null) {
      return "";
    }
    for (ModelSpec model : decision.order()) {
      if (model.id().equals(modelId) && model.tier() != null) {
        return model.tier().label();
      }
    }
    return "";
  }

  private LedgerRow.Route route(String modelId) {
    String used = charges.isEmpty() ? modelId : charges.getLast().modelId();
    return new LedgerRow.Route(
        request.facts().model(),
        used,
        "",
        "",
        "",
        promptClass(),
        OptionalDouble.empty(),
        CacheUse.BYPASS.label(),
        OptionalDouble.empty());
  }

  private String promptClass() {
    return PromptClass.of(request.facts().needs(), request.facts().promptCharacters());
  }

  private LedgerRow.Bill bill(@Nullable Answer told) {
    if (charges.isEmpty()) {
      return told == null ? LedgerRow.Bill.NOTHING : unpaid(told.settlement());
    }
    Charge last = charges.getLast();
    List<LedgerRow.Try> tries = new ArrayList<>(charges.size() - 1);
    long cost = 0;
    for (Charge charge : charges) {
      cost += charge.costNanoUsd();
      if (charge != last) {
        tries.add(
            new LedgerRow.Try(
                tries.size() + 1,
                charge.modelId(),
                charge.provider(),
                charge.result(),
                charge.usage(),
                charge.costNanoUsd()));
      }
    }
    var price = last.model() == null ? null : last.model().price();
    return new LedgerRow.Bill(
        last.usage(),
        last.usage().estimated() ? "estimated" : "reported",
        cost,
        tries,
        last.baselineNanoUsd(),
        last.baselineNanoUsd() - cost,
        price == null ? OptionalLong.empty() : OptionalLong.of(price.inputNanoUsdPerMillion()),
        price == null ? OptionalLong.empty() : OptionalLong.of(price.outputNanoUsdPerMillion()));
  }

  /** An answer that another request or an earlier one paid for. */
  private static LedgerRow.Bill unpaid(Settlement settlement) {
    return new LedgerRow.Bill(
        settlement.usage(),
        settlement.usage().estimated() ? "estimated" : "reported",
        settlement.costNanoUsd(),
        List.of(),
        settlement.savedNanoUsd() + settlement.costNanoUsd(),
        settlement.savedNanoUsd(),
        OptionalLong.empty(),
        OptionalLong.empty());
  }

  /** A UUID of version 7: rows that come together lie together. */
  private String rowId() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    long high = arrival.toEpochMilli() << 16 | 0x7000 | random.nextInt(1 << 12);
    return new UUID(high, random.nextLong() >>> 2 | 0x8000_0000_0000_0000L).toString();
  }
}
