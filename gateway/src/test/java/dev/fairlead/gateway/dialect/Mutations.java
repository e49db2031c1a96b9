package dev.fairlead.gateway.dialect;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Cut, doubled, swapped and enriched input; and the corpus of what once broke something, under
 * {@code src/test/resources/fuzz}, one folder a kind of input.
 */
public final class Mutations {

  private static final String[] TOKENS = {
    "null",
    "5",
    "\"x\"",
    "[]",
    "{}",
    "true",
    "-1",
    "1e400",
    "1e-999999999",
    "[[",
    "\"\\ud800\"",
    "\"index\":-1,",
    "\"index\":2147483648,",
    "\"function\":5,",
    "\"type\":7,",
    "\"content\":{},",
    "\"choices\":[null],",
    "\"delta\":5,",
    "\n\n",
    "data: ",
    "event: error\n",
    "\r",
    ":",
    ",",
    "\"text\":[1],",
    "\"usage\":3,"
  };

  private Mutations() {}

  /** Another input near {@code base}; the same for the same state of {@code random}. */
  public static byte[] of(byte[] base, Random random) {
    String text = new String(base, ISO_8859_1);
    for (int left = 1 + random.nextInt(3); left > 0; left--) {
      int at = random.nextInt(text.length());
      int to = Math.min(text.length(), at + 1 + random.nextInt(20));
      text =
          switch (random.nextInt(5)) {
            case 0 -> text.substring(0, at) + text.substring(to);
            case 1 -> text.substring(0, to) + text.substring(at);
            case 2 -> text.substring(0, at) + token(random) + text.substring(at);
            case 3 -> value(text, at, token(random));
            default -> text.substring(0, at) + (char) random.nextInt(256) + text.substring(at + 1);
          };
      if (text.isEmpty()) {
        return new byte[0];
      }
    }
    return text.getBytes(ISO_8859_1);
  }

  /** Another value for a member: what parses and has the wrong type. */
  private static String value(String text, int near, String token) {
    int colon = text.indexOf(":", near);
    if (colon < 0) {
      return text;
    }
    int end = colon + 1;
    while (end < text.length() && ",}]".indexOf(text.charAt(end)) < 0) {
      end++;
    }
    return text.substring(0, colon + 1) + token + text.substring(end);
  }

  private static String token(Random random) {
    return TOKENS[random.nextInt(TOKENS.length)];
  }

  /** What once broke something. */
  public static List<byte[]> corpus(String kind) throws IOException, URISyntaxException {
    Path folder =
        Path.of(Objects.requireNonNull(Mutations.class.getResource("/fuzz/" + kind)).toURI());
    List<byte[]> inputs = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        inputs.add(Files.readAllBytes(file));
      }
    }
    if (inputs.isEmpty()) {
      throw new IllegalStateException("no corpus in " + folder);
    }
    return inputs;
  }

  /**
   * An error that names the file in which the input is kept; it belongs into the corpus, that it is
   * tried by every build from then on.
   */
  public static AssertionError broke(String what, String kind, byte[] input, Throwable error) {
    try {
      Path folder = Files.createDirectories(Path.of("target", "fuzz", kind));
      Path file = folder.resolve("broke-" + Integer.toHexString(Arrays.hashCode(input)) + ".txt");
      Files.write(file, input);
      return new AssertionError(
          what + " broke; the input is in " + file + ", for src/test/resources/fuzz/" + kind,
          error);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
