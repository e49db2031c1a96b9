package dev.fairlead.gateway.edge;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.fairlead.common.failure.Failure;
import io.netty.util.AsciiString;
import java.util.List;

/**
 * Refuses what two parsers could read differently before anything is decided by it: paths with
 * parameters, encodings or empty segments, hosts and credentials that disagree. Stateless.
 */
final class DoorGuard {

  private static final AsciiString API_KEY = HttpHeaderNames.of("x-api-key");
  private static final AsciiString AZURE_KEY = HttpHeaderNames.of("api-key");
  private static final String BEARER = "bearer ";

  /** The one place where a path carries what a client chose freely. */
  private static final String MODELS = "/v1/models/";

  private static final int LONGEST_CREDENTIAL = 4096;

  private DoorGuard() {}

  /**
   * Checks a request's head.
   *
   * @throws dev.fairlead.common.failure.FailureException InvalidRequest for the path and the host,
   *     Unauthenticated for credentials
   */
  static void check(ServiceRequestContext context) {
    // The path of the headers has been cleaned by the server already.
    path(context.rawPath());
    host(context);
    String ignored = credentials(context.request().headers());
  }

  /** Over HTTP/1 a second host has been refused before, by {@link HeadRules}. */
  private static void host(ServiceRequestContext context) {
    if (!context.sessionProtocol().isMultiplex()) {
      return;
    }
    RequestHeaders headers = context.request().headers();
    List<String> hosts = headers.getAll(HttpHeaderNames.HOST);
    if (hosts.isEmpty()) {
      return;
    }
    String named = headers.get(HttpHeaderNames.AUTHORITY, hosts.getFirst());
    if (hosts.size() > 1 || !hosts.getFirst().equalsIgnoreCase(named)) {
      throw new Failure.InvalidRequest(
              "host: given more than once, or not as in :authority (expected: one host)",
              null,
              "ambiguous_host")
          .asException();
    }
  }

  private static void path(String target) {
    int query = target.indexOf('?');
    int end = query < 0 ? target.length() : query;
    int from = target.startsWith(MODELS) ? MODELS.length() : 0;
    for (int i = from; i < end; i++) {
      char c = target.charAt(i);
      boolean free = from > 0 && (c == '%' || c == ':' || c == '@');
      if (!free && !plain(c) || c == '/' && i > 0 && target.charAt(i - 1) == '/') {
        throw ambiguous();
      }
    }
    if (target.startsWith("/.", 0) || target.contains("/./") || target.contains("/../")) {
      throw ambiguous();
    }
  }

  private static boolean plain(char c) {
    return c >= 'a' && c <= 'z'
        || c >= 'A' && c <= 'Z'
        || c >= '0' && c <= '9'
        || c == '/'
        || c == '-'
        || c == '_'
        || c == '.'
        || c == '~';
  }

  private static RuntimeException ambiguous() {
    return new Failure.InvalidRequest(
            "path: has parameters, encoded characters or empty segments (expected: a plain path)",
            null,
            "ambiguous_path")
        .asException();
  }

  /**
   * The one credential that a request carries, without its scheme; empty for none.
   *
   * @throws dev.fairlead.common.failure.FailureException Unauthenticated when there are several
   */
  static String credentials(RequestHeaders headers) {
    String bearer = bearer(one(headers, HttpHeaderNames.AUTHORIZATION));
    String key = one(headers, API_KEY);
    String azure = one(headers, AZURE_KEY);
    if (disagree(bearer, key) || disagree(bearer, azure) || disagree(key, azure)) {
      throw refused("credentials: the headers disagree (expected: one key)");
    }
    return !bearer.isEmpty() ? bearer : !key.isEmpty() ? key : azure;
  }

  private static boolean disagree(String one, String other) {
    return !one.isEmpty() && !other.isEmpty() && !one.equals(other);
  }

  private static String one(RequestHeaders headers, AsciiString name) {
    if (!headers.contains(name)) {
      return "";
    }
    List<String> values = headers.getAll(name);
    if (values.size() > 1) {
      throw refused(name + ": given " + values.size() + " times (expected: once)");
    }
    String value = values.getFirst();
    if (value.length() > LONGEST_CREDENTIAL) {
      throw refused(name + ": too long (expected: at most " + LONGEST_CREDENTIAL + " characters)");
    }
    return value;
  }

  private static String bearer(String authorization) {
    return authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
        ? authorization.substring(BEARER.length()).strip()
        : authorization;
  }

  private static RuntimeException refused(String message) {
    return new Failure.Unauthenticated(message).asException();
  }
}
