package dev.fairlead.gateway.dialect.json;

import com.google.protobuf.ByteString;
import dev.fairlead.gateway.dialect.json.JsonTape.Kind;
import java.util.Locale;
import java.util.function.IntUnaryOperator;

/**
 * What a request holds beside text, as the characters of text that take about as many tokens. Rough
 * on purpose: what a file costs is known to nobody but its vendor. Stateless.
 */
public final class Attachments {

  /**
   * An image whose size is not known: 1,000 tokens. A round number between the few hundred of a
   * small one and the thousands that some models take for a large one; chosen, not measured.
   */
  public static final long IMAGE = 4_000;

  /** An image that is to be seen at low resolution: 85 tokens at OpenAI, whatever its size. */
  public static final long LOW_DETAIL_IMAGE = 340;

  private static final int CHARACTERS_PER_TOKEN = 4;

  /**
   * A token for 64 bytes: a scanned page of 100 KB then counts 1,600, which is what one measurement
   * found at Anthropic (dataset JOHNISKING/pdf-token-cost at Hugging Face, 2026-10).
   */
  private static final long DOCUMENT_BYTES_PER_CHARACTER = 16;

  /** 100,000 tokens: a guess alone must not find a model's context window too small. */
  private static final long LARGEST_DOCUMENT = 400_000;

  /** A token for 1,000 bytes: some ten a second of an ordinary recording; chosen, not measured. */
  private static final long AUDIO_BYTES_PER_CHARACTER = 250;

  private Attachments() {}

  /**
   * A file by value.
   *
   * @param mediaType its MIME type; empty when not known
   * @param bytes its length, decoded
   */
  public static long file(String mediaType, long bytes) {
    String type = mediaType.toLowerCase(Locale.ROOT);
    if (isImage(type)) {
      return IMAGE;
    }
    if (type.startsWith("audio/")) {
      return bytes / AUDIO_BYTES_PER_CHARACTER;
    }
    return type.startsWith("text/")
        ? bytes
        : Math.min(bytes / DOCUMENT_BYTES_PER_CHARACTER, LARGEST_DOCUMENT);
  }

  private static boolean isImage(String mediaType) {
    return mediaType.regionMatches(true, 0, "image/", 0, 6);
  }

  /** A file by its address, which says nothing of its length unless it is a data URL. */
  public static long url(String url) {
    if (!isData(url)) {
      return url.length();
    }
    return file(mediaType(url), decoded(url.length()));
  }

  /** An image by its bytes. */
  public static long image(ByteString encoded) {
    return image(at -> at < encoded.size() ? encoded.byteAt(at) & 0xff : -1);
  }

  private static long image(IntUnaryOperator bytes) {
    ImageSize size = ImageSize.of(bytes);
    return size == null ? IMAGE : size.tokens() * CHARACTERS_PER_TOKEN;
  }

  /** An image by its address, of which a data URL tells the size. */
  static long imageUrl(JsonTape tape, int url) {
    String start = beginning(tape, url);
    int comma = start.indexOf(',');
    return isData(start) && comma > 0 ? imageData(tape, url, comma + 1) : IMAGE;
  }

  /**
   * An image in base64.
   *
   * @param skipped characters of the string that come before it
   */
  static long imageData(JsonTape tape, int data, int skipped) {
    if (tape.isEscaped(data)) {
      return IMAGE;
    }
    int from = tape.start(data) + 1 + skipped;
    return image(new Base64Bytes(tape.body(), from, tape.end(data) - 1)::at);
  }

  /** Any value: the bytes that it is written in, with the files inside as what they are. */
  static long of(JsonTape tape, int node) {
    long characters = tape.end(node) - tape.start(node);
    int end = tape.next(node);
    int inside = node;
    while (inside < end) {
      Kind kind = tape.kind(inside);
      if (kind == Kind.OBJECT) {
        characters += correction(tape, inside);
      }
      inside = kind == Kind.OBJECT || kind == Kind.ARRAY ? tape.first(inside) : tape.next(inside);
    }
    return characters;
  }

  /** By how much the files among an object's members count more than their bytes; mostly less. */
  private static long correction(JsonTape tape, int object) {
    long sum = 0;
    boolean byValue = false;
    int key = tape.first(object);
    for (int left = tape.count(object); left > 0; left--) {
      int value = key + 1;
      if (tape.kind(value) == Kind.STRING) {
        switch (tape.text(key)) {
          case "url", "image_url", "file_url", "file_data" -> sum += dataUrl(tape, value);
          case "data", "result" -> byValue = true;
          default -> {
            // No file.
          }
        }
      }
      key = tape.next(value);
    }
    return byValue ? sum + value(tape, object, "data") + value(tape, object, "result") : sum;
  }

  private static long dataUrl(JsonTape tape, int value) {
    long written = tape.end(value) - tape.start(value);
    String start = beginning(tape, value);
    if (!isData(start)) {
      return 0;
    }
    String type = mediaType(start);
    return (isImage(type) ? imageUrl(tape, value) : file(type, decoded(written))) - written;
  }

  /**
   * The same of a file whose type other members tell. Once an object: they are looked for in all of
   * it, and a hostile one has very many of that name.
   */
  private static long value(JsonTape tape, int object, String name) {
    int value = tape.member(object, name);
    if (value < 0 || tape.kind(value) != Kind.STRING) {
      return 0;
    }
    long written = tape.end(value) - tape.start(value);
    if (name.equals("result")) {
      return is(tape, object, "type", "image_generation_call") ? IMAGE - written : 0;
    }
    if (is(tape, object, "type", "base64")) {
      return file(text(tape, object, "media_type"), decoded(written)) - written;
    }
    boolean audio = !text(tape, object, "format").isEmpty();
    return audio ? file("audio/", decoded(written)) - written : 0;
  }

  private static boolean is(JsonTape tape, int object, String member, String text) {
    int value = tape.member(object, member);
    return value >= 0 && tape.kind(value) == Kind.STRING && tape.isText(value, text);
  }

  private static String text(JsonTape tape, int object, String member) {
    int value = tape.member(object, member);
    return value >= 0 && tape.kind(value) == Kind.STRING ? tape.text(value) : "";
  }

  /** Enough to see a data URL's media type; a file is not copied for it. */
  private static String beginning(JsonTape tape, int value) {
    return tape.sample(value).substring(1).replace("\\/", "/");
  }

  private static boolean isData(String url) {
    return url.regionMatches(true, 0, "data:", 0, 5);
  }

  private static String mediaType(String dataUrl) {
    int from = "data:".length();
    int to = from;
    while (to < dataUrl.length() && dataUrl.charAt(to) != ';' && dataUrl.charAt(to) != ',') {
      to++;
    }
    return dataUrl.substring(from, to);
  }

  private static long decoded(long base64) {
    return base64 / 4 * 3;
  }
}
