package dev.fairlead.provider.call;

import dev.fairlead.v1.ResponseFormat;
import java.util.ArrayList;
import java.util.List;

/**
 * What an adapter leaves out of a request because its vendor cannot be told, by the paths of the
 * contract's fields, such as {@code messages[2].name}. Not thread-safe.
 */
public final class DroppedFields {

  /** More would only make the report unreadable. */
  private static final int MOST = 32;

  private final List<String> paths = new ArrayList<>(0);

  /** Notes a field that stays here. */
  public void add(String path) {
    if (paths.size() < MOST && !paths.contains(path)) {
      paths.add(path);
    }
  }

  /** Notes a field if the request has it. */
  public void addIf(boolean present, String path) {
    if (present) {
      add(path);
    }
  }

  /**
   * Notes what a vendor is not told of an answer's schema that holds answers to every schema and
   * takes no name for one.
   */
  public void addSchemaLabels(ResponseFormat format) {
    addIf(!format.getJsonSchema().getName().isEmpty(), "response_format.json_schema.name");
    addSchemaLaxity(format);
  }

  /** Notes that an answer need not follow its schema, for a vendor that holds it to every one. */
  public void addSchemaLaxity(ResponseFormat format) {
    addIf(
        format.getJsonSchema().hasStrict() && !format.getJsonSchema().getStrict(),
        "response_format.json_schema.strict");
  }

  /** The paths, in the order in which they were noted, each once; 32 at most. */
  public List<String> paths() {
    return paths.isEmpty() ? List.of() : List.copyOf(paths);
  }
}
