package dev.fairlead.provider.http;

import com.linecorp.armeria.common.ResponseHeaders;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The vendor's headers that a client may see; all others end here.
 *
 * @param names in lower case
 * @param prefix of further names; empty for none
 */
public record VisibleHeaders(Set<String> names, String prefix) {

  /** None at all. */
  public static final VisibleHeaders NONE = new VisibleHeaders(Set.of(), "");

  private static final int LONGEST = 200;
  private static final int MOST = 32;

  /** Copies. */
  public VisibleHeaders {
    names = Set.copyOf(names);
  }

  Map<String, String> of(ResponseHeaders headers) {
    Map<String, String> visible = new HashMap<>();
    for (String name : names) {
      add(name, headers.get(name), visible);
    }
    if (!prefix.isEmpty()) {
      headers.forEach((name, value) -> {
        if (name.toString().startsWith(prefix) && visible.size() < MOST) {
          add(name.toString(), value, visible);
        }
      });
    }
    return visible.isEmpty() ? Map.of() : visible;
  }

  private static void add(String name, @Nullable String value, Map<String, String> visible) {
    if (value != null && value.length() <= LONGEST && printable(value)) {
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
