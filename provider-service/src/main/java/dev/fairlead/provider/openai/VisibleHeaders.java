package dev.fairlead.provider.openai;

import com.linecorp.armeria.common.ResponseHeaders;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The vendor's headers that a client may see; all others end here. */
final class VisibleHeaders {

  private static final List<String> ALLOWED =
      List.of(
          "x-request-id",
          "openai-processing-ms",
          "openai-version",
          "x-ratelimit-limit-requests",
          "x-ratelimit-limit-tokens",
          "x-ratelimit-remaining-requests",
          "x-ratelimit-remaining-tokens",
          "x-ratelimit-reset-requests",
          "x-ratelimit-reset-tokens");
  private static final int LONGEST = 200;

  private VisibleHeaders() {}

  static Map<String, String> of(ResponseHeaders headers) {
    Map<String, String> visible = new HashMap<>();
    for (String name : ALLOWED) {
      String value = headers.get(name);
      if (value != null
          && value.length() <= LONGEST
          && value.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
        visible.put(name, value);
      }
    }
    return visible.isEmpty() ? Map.of() : visible;
  }
}
