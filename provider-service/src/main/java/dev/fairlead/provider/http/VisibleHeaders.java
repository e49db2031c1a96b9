package dev.fairlead.provider.http;

import com.linecorp.armeria.common.ResponseHeaders;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The vendor's headers that a client may see, by the names that an adapter allows; all others end
 * here.
 */
final class VisibleHeaders {

  private static final int LONGEST = 200;

  private VisibleHeaders() {}

  static Map<String, String> of(ResponseHeaders headers, Set<String> allowed) {
    Map<String, String> visible = new HashMap<>();
    for (String name : allowed) {
      String value = headers.get(name);
      if (value != null && printable(value)) {
        visible.put(name, value);
      }
    }
    return visible.isEmpty() ? Map.of() : visible;
  }

  private static boolean printable(String value) {
    if (value.length() > LONGEST) {
      return false;
    }
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c < ' ' || c >= 0x7f) {
        return false;
      }
    }
    return true;
  }
}
