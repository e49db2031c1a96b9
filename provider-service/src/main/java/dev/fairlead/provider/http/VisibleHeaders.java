package dev.fairlead.provider.http;

import com.linecorp.armeria.common.ResponseHeaders;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The vendor's headers that a client may see, of answers and of refusals; all others end here. The
 * vendor's own id of a request goes by a name of ours, since the client's id is the gateway's.
 *
 * @param names in lower case
 * @param prefixes of further names
 * @param requestId where the vendor says its own id of the request; empty for nowhere
 */
public record VisibleHeaders(Set<String> names, Set<String> prefixes, String requestId) {

  /** None at all. */
  public static final VisibleHeaders NONE = new VisibleHeaders(Set.of(), Set.of(), "");

  /** By which name a client reads the vendor's own id of a request. */
  public static final String UPSTREAM_REQUEST_ID = "x-fairlead-upstream-request-id";

  private static final int LONGEST = 200;
  private static final int MOST = 32;

  /** Copies. */
  public VisibleHeaders {
    names = Set.copyOf(names);
    prefixes = Set.copyOf(prefixes);
  }

  /**
   * The vendor's own id of a request by our name, for a vendor that is not called by {@link
   * VendorClient}; nothing if {@code secret} says that it is one.
   */
  public static Map<String, String> ofRequestId(@Nullable String value, Predicate<String> secret) {
    Map<String, String> visible = new HashMap<>();
    add(UPSTREAM_REQUEST_ID, value, secret, visible);
    return visible;
  }

  /** Those of an answer's head, but no value that {@code secret} says is one. */
  Map<String, String> of(ResponseHeaders headers, Predicate<String> secret) {
    if (equals(NONE)) {
      return Map.of();
    }
    Map<String, String> visible = new HashMap<>();
    if (!requestId.isEmpty()) {
      add(UPSTREAM_REQUEST_ID, headers.get(requestId), secret, visible);
    }
    headers.forEach((name, value) -> {
      String text = name.toString();
      if (visible.size() < MOST && !visible.containsKey(text) && shown(text)) {
        add(text, value, secret, visible);
      }
    });
    return visible.isEmpty() ? Map.of() : visible;
  }

  private boolean shown(String name) {
    if (names.contains(name)) {
      return true;
    }
    for (String prefix : prefixes) {
      if (name.startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }

  private static void add(
      String name, @Nullable String value, Predicate<String> secret, Map<String, String> visible) {
    if (value != null && value.length() <= LONGEST && printable(value) && !secret.test(value)) {
      visible.put(name, value);
    }
  }

  private static boolean printable(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c < ' ' || c >= 0x7f) {
        return false;
      }
    }
    return true;
  }
}
