package dev.fairlead.gateway.edge;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.RequestHeaders;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.gateway.dialect.Controls;
import dev.fairlead.gateway.dialect.ControlsReader;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What a caller wishes in request headers, whichever line of a repeated header says it: lines of
 * {@code Cache-Control} are one list (RFC 9110, section 5.3), of two cost caps neither is the one
 * that was meant. Stateless.
 */
final class ControlHeaders {

  private static final String CACHE_CONTROL = HttpHeaderNames.CACHE_CONTROL.toString();

  /** The names that wishes have, as headers are kept: their hash is then computed once. */
  private static final Map<String, AsciiString> NAMES = new ConcurrentHashMap<>();

  private ControlHeaders() {}

  /**
   * The wishes of a request.
   *
   * @throws dev.fairlead.common.failure.FailureException InvalidRequest naming the header
   */
  static Controls of(RequestHeaders headers) {
    return ControlsReader.fromHeaders(name -> value(headers, name));
  }

  private static @Nullable String value(RequestHeaders headers, String name) {
    AsciiString known = NAMES.computeIfAbsent(name, HttpHeaderNames::of);
    if (!headers.contains(known)) {
      return null;
    }
    List<String> values = headers.getAll(known);
    if (values.size() == 1) {
      return values.getFirst();
    }
    if (name.equalsIgnoreCase(CACHE_CONTROL)) {
      return String.join(",", values);
    }
    throw Failure.InvalidRequest.of(
            name, name + ": given " + values.size() + " times (expected: once)")
        .asException();
  }
}
