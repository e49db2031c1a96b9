package dev.fairlead.telemetry;

import ch.qos.logback.classic.util.LogbackMDCAdapter;
import io.grpc.Context;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.spi.MDCAdapter;

/**
 * The keys beside a log line: request and trace of the call that the logging thread is at work for,
 * read from its {@link CallContext} when a line is written, and what libraries have put there
 * themselves. Thread-safe.
 */
final class CallKeys extends LogbackMDCAdapter {

  static final String REQUEST_ID = "request_id";
  static final String TRACE_ID = "trace_id";

  private final MDCAdapter others;

  /** Keys beside those that {@code others} knows. */
  CallKeys(MDCAdapter others) {
    this.others = others;
  }

  @Override
  public @Nullable Map<String, String> getPropertyMap() {
    Map<String, String> told =
        others instanceof LogbackMDCAdapter logback
            ? logback.getPropertyMap()
            : others.getCopyOfContextMap();
    Context call = Context.current();
    String requestId = CallContext.REQUEST_ID.get(call);
    String traceId = CallContext.traceId(call);
    if (requestId.isEmpty() && traceId.isEmpty()) {
      return told;
    }
    Map<String, String> keys = told == null ? new HashMap<>() : new HashMap<>(told);
    if (!requestId.isEmpty()) {
      keys.put(REQUEST_ID, requestId);
    }
    if (!traceId.isEmpty()) {
      keys.put(TRACE_ID, traceId);
    }
    return keys;
  }

  @Override
  public @Nullable Map<String, String> getCopyOfContextMap() {
    Map<String, String> keys = getPropertyMap();
    return keys == null ? null : new HashMap<>(keys);
  }
}
