package dev.fairlead.tools.loadgen;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpObject;
import com.linecorp.armeria.common.ResponseHeaders;
import java.math.BigDecimal;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** Follows one answer on its event loop and tells once what came of it. */
final class AnswerReader implements Subscriber<HttpObject> {

  private static final int OK = 200;

  private final Arrival arrival;
  private final long sentNanos;
  private final LongConsumer gaps;
  private final Consumer<CallResult> whenOver;
  private @Nullable ResponseHeaders headers;
  private @Nullable EventScan events;
  private long firstTextNanos;
  private long lastTextNanos;
  private boolean texts;

  /**
   * One request's place in time, on the clock of {@link System#nanoTime()}.
   *
   * @param number in the plan
   * @param beginNanos when the run began
   * @param intendedNanos when the request should have started, from the run's beginning
   */
  record Arrival(long number, long beginNanos, long intendedNanos) {

    long since(long nanoTime) {
      return nanoTime - beginNanos - intendedNanos;
    }
  }

  /**
   * @param gaps takes the nanoseconds between two texts of a stream
   */
  AnswerReader(Arrival arrival, LongConsumer gaps, Consumer<CallResult> whenOver) {
    this.arrival = arrival;
    this.sentNanos = System.nanoTime();
    this.gaps = gaps;
    this.whenOver = whenOver;
  }

  @Override
  public void onSubscribe(Subscription subscription) {
    subscription.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(HttpObject part) {
    if (part instanceof ResponseHeaders received && !received.status().isInformational()) {
      headers = received;
      String type = received.get("content-type", "");
      if (received.status().code() == OK && type.startsWith("text/event-stream")) {
        events = new EventScan(this::text);
      }
    } else if (part instanceof HttpData data && events != null) {
      events.accept(data.array());
    }
  }

  @Override
  public void onError(Throwable failure) {
    over(CallErrors.of(failure));
  }

  @Override
  public void onComplete() {
    int status = status();
    if (status != OK) {
      over(CallErrors.ofStatus(status));
    } else if (events != null && events.failed()) {
      over(CallErrors.STREAM_ERROR);
    } else if (events != null && !events.done()) {
      over(CallErrors.STREAM_TRUNCATED);
    } else {
      over(null);
    }
  }

  private void text() {
    long now = System.nanoTime();
    if (texts) {
      gaps.accept(now - lastTextNanos);
    } else {
      firstTextNanos = now;
      texts = true;
    }
    lastTextNanos = now;
  }

  private void over(@Nullable String error) {
    JsonNode late = events == null ? MissingNode.getInstance() : events.facts();
    whenOver.accept(
        new CallResult(
            arrival.number(),
            arrival.intendedNanos(),
            Math.max(0, arrival.since(sentNanos)),
            arrival.since(System.nanoTime()),
            texts ? arrival.since(firstTextNanos) : -1,
            status(),
            error,
            told("x-model-used", late.path("model")),
            told("x-fairlead-cache", late.path("cache")),
            amount("x-query-cost", late.path("cost_usd")),
            amount("x-fairlead-saved", late.path("saved_usd"))));
  }

  private int status() {
    return headers == null ? 0 : headers.status().code();
  }

  private String told(String header, JsonNode late) {
    if (late.isTextual()) {
      return late.asText();
    }
    return headers == null ? "" : headers.get(header, "");
  }

  private @Nullable BigDecimal amount(String header, JsonNode late) {
    if (late.isNumber()) {
      return late.decimalValue();
    }
    String text = headers == null ? "" : headers.get(header, "");
    try {
      return text.isEmpty() ? null : new BigDecimal(text);
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
