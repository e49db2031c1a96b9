package dev.fairlead.gateway.edge;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/** Looks whether a body has a top-level member, where one endpoint takes two kinds of body. */
final class BodyKeys {

  private BodyKeys() {}

  /** False also for a body that is not JSON: whoever reads it next says so. */
  static boolean hasTopLevel(byte[] body, String name) {
    try (JsonParser parser = Json.MAPPER.createParser(body)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return false;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        if (parser.currentName().equals(name)) {
          return true;
        }
        parser.nextToken();
        parser.skipChildren();
      }
      return false;
    } catch (IOException e) {
      return false;
    }
  }
}
