package dev.fairlead.provider.dialect;

import com.google.protobuf.ByteString;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.Document;
import dev.fairlead.v1.Image;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.Reasoning;
import java.io.IOException;

/** Pieces of content that every dialect has, under whatever names. */
final class Parts {

  private Parts() {}

  static ContentPart text(String text) {
    return ContentPart.newBuilder().setText(text).build();
  }

  static ContentPart refusal(String text) {
    return ContentPart.newBuilder().setRefusal(text).build();
  }

  static ContentPart image(Image.Builder image) {
    return ContentPart.newBuilder().setImage(image).build();
  }

  static ContentPart document(Document.Builder document) {
    return ContentPart.newBuilder().setDocument(document).build();
  }

  static ContentPart reasoning(String text, String signature) {
    Reasoning.Builder reasoning = Reasoning.newBuilder().setText(text);
    if (!signature.isEmpty()) {
      reasoning.setSignature(ByteString.copyFromUtf8(signature));
    }
    return ContentPart.newBuilder().setReasoning(reasoning).build();
  }

  static Message.Builder message(Message.Role role) {
    return Message.newBuilder().setRole(role);
  }

  /**
   * A value by its base64, as a URL: adapters that want bytes decode it, and one that wants base64
   * is spared decoding and encoding.
   */
  static String dataUrl(String mediaType, String base64) {
    return "data:" + mediaType + ";base64," + base64;
  }

  /** Anthropic's {@code cache_control}, which other dialects have taken over: its time to live. */
  static String cacheTtl(JsonInput in) throws IOException {
    in.object();
    String ttl = "5m";
    while (in.member()) {
      switch (in.name()) {
        case "type" -> {
          if (!in.string().equals("ephemeral")) {
            throw in.wrong("ephemeral");
          }
        }
        case "ttl" -> {
          ttl = in.string();
          if (!ttl.equals("5m") && !ttl.equals("1h")) {
            throw in.wrong("5m or 1h");
          }
        }
        default -> in.drop();
      }
    }
    return ttl;
  }
}
