package dev.fairlead.provider.dialect;

import dev.fairlead.v1.JsonSchema;
import dev.fairlead.v1.ResponseFormat;
import java.io.IOException;

/** The form of an answer, which the dialects say with the same words at different depths. */
final class Schemas {

  /** For dialects in which a schema has no name. */
  private static final String UNNAMED = "answer";

  private Schemas() {}

  /**
   * An object with a type; the schema's members stand beside it, or in a member {@code json_schema}
   * as in OpenAI's chat.
   */
  static ResponseFormat format(JsonInput in) throws IOException {
    in.object();
    String type = "";
    JsonSchema.Builder schema = JsonSchema.newBuilder().setName(UNNAMED);
    while (in.member()) {
      switch (in.name()) {
        case "type" -> {
          type = in.string();
          if (!type.equals("text") && !type.equals("json_object") && !type.equals("json_schema")) {
            throw in.wrong("text, json_object or json_schema");
          }
        }
        case "json_schema" -> {
          in.object();
          while (in.member()) {
            member(in, schema);
          }
        }
        default -> member(in, schema);
      }
    }
    if (type.isEmpty()) {
      throw in.missing("type");
    }
    if (type.equals("json_schema")) {
      if (schema.getSchemaJson().isEmpty()) {
        throw in.missing("schema");
      }
      return ResponseFormat.newBuilder().setJsonSchema(schema).build();
    }
    return type.equals("text")
        ? ResponseFormat.newBuilder().setText(true).build()
        : ResponseFormat.newBuilder().setJsonObject(true).build();
  }

  private static void member(JsonInput in, JsonSchema.Builder schema) throws IOException {
    switch (in.name()) {
      case "name" -> schema.setName(in.string());
      case "schema" -> schema.setSchemaJson(in.rawObject());
      case "strict" -> schema.setStrict(in.bool());
      default -> in.drop();
    }
  }
}
