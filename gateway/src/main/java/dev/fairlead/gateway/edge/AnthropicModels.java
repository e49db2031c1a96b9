package dev.fairlead.gateway.edge;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.QueryParams;
import dev.fairlead.common.failure.Failure;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Models in the form of Anthropic's API, with its pages. Stateless. */
final class AnthropicModels {

  private static final int DEFAULT_LIMIT = 20;
  private static final int MAX_LIMIT = 1000;

  /** When a model was made is not in the catalogue; Anthropic's clients want a time. */
  private static final String UNKNOWN_TIME = "1970-01-01T00:00:00Z";

  private AnthropicModels() {}

  static ObjectNode page(List<String> ids, QueryParams query) {
    int limit = limit(query.get("limit"));
    int from = position(ids, "after_id", query.get("after_id"), -1) + 1;
    int to = position(ids, "before_id", query.get("before_id"), ids.size());
    boolean backwards = query.get("before_id") != null;
    int first = backwards ? Math.max(from, to - limit) : from;
    int last = backwards ? to : Math.min(to, from + limit);
    ObjectNode page = Json.object();
    ArrayNode data = page.putArray("data");
    for (int i = first; i < last; i++) {
      data.add(model(ids.get(i)));
    }
    page.put("first_id", first < last ? ids.get(first) : null);
    page.put("last_id", first < last ? ids.get(last - 1) : null);
    page.put("has_more", backwards ? first > from : last < to);
    return page;
  }

  static ObjectNode model(String id) {
    ObjectNode node = Json.object();
    node.put("type", "model");
    node.put("id", id);
    node.put("display_name", id);
    node.put("created_at", UNKNOWN_TIME);
    return node;
  }

  private static int limit(@Nullable String text) {
    if (text == null) {
      return DEFAULT_LIMIT;
    }
    boolean digits =
        !text.isEmpty() && text.length() <= 4 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    int limit = digits ? Integer.parseInt(text) : 0;
    if (limit < 1 || limit > MAX_LIMIT) {
      throw Failure.InvalidRequest.of("limit", "limit: (expected: an integer in 1..1000)")
          .asException();
    }
    return limit;
  }

  private static int position(List<String> ids, String name, @Nullable String id, int absent) {
    if (id == null) {
      return absent;
    }
    int at = ids.indexOf(id);
    if (at < 0) {
      throw Failure.InvalidRequest.of(name, name + ": not a model (expected: an id of this list)")
          .asException();
    }
    return at;
  }
}
