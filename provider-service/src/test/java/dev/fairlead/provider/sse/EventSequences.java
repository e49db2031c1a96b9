package dev.fairlead.provider.sse;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Streams of events that are alike, some of them damaged. */
public final class EventSequences {

  private static final int STREAMS = 1_500;
  private static final int EVENTS = 12;

  private static final List<String> WORDS =
      List.of(
          "",
          "a",
          "Hello",
          " there, you",
          "\\n",
          "\\\"",
          "a\\\\",
          "\\u00e9",
          "Grüße",
          "東京",
          "🚢",
          "{",
          "]",
          "null");

  private EventSequences() {}

  /** Streams of the forms, of which each {@code $} is a string's content. */
  public static List<List<byte[]>> random(long seed, List<String> forms) {
    Random random = new Random(seed);
    List<List<byte[]>> streams = new ArrayList<>();
    for (int i = 0; i < STREAMS; i++) {
      // Few forms a stream, so that most events have one like them before.
      List<String> few =
          List.of(
              forms.get(random.nextInt(forms.size())),
              forms.get(random.nextInt(forms.size())),
              forms.getFirst());
      List<byte[]> stream = new ArrayList<>();
      for (int event = 0; event < EVENTS; event++) {
        stream.add(event(random, few.get(random.nextInt(few.size()))));
      }
      streams.add(stream);
    }
    return streams;
  }

  private static byte[] event(Random random, String form) {
    StringBuilder filled = new StringBuilder();
    for (char c : form.toCharArray()) {
      if (c == '$') {
        filled.append(WORDS.get(random.nextInt(WORDS.size())));
      } else {
        filled.append(c);
      }
    }
    byte[] bytes = filled.toString().getBytes(UTF_8);
    if (random.nextInt(8) == 0) {
      byte[] damage = {'"', '\\', '}', 0, '\n', (byte) 0xC3, (byte) 0xFF, '0', 'x'};
      bytes[random.nextInt(bytes.length)] = damage[random.nextInt(damage.length)];
    }
    return bytes;
  }
}
