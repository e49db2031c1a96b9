package dev.fairlead.gateway.dialect.json;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Seeded random JSON values, and their many spellings. */
public final class RandomJson {

  private static final String LETTERS =
      "abcXYZ019 _-.,\"\\/\n\t\u0001\u007fäßλ漢字\uD83D\uDE00é\u0000";

  private final Random random;

  /** Values and spellings that the seed decides. */
  public RandomJson(long seed) {
    this.random = new Random(seed);
  }

  /** The source of chance. */
  public Random random() {
    return random;
  }

  /** A value whose nesting is at most {@code depth}. */
  public @Nullable Object value(int depth) {
    return switch (random.nextInt(depth > 0 ? 8 : 5)) {
      case 0 -> random.nextBoolean();
      case 1 -> null;
      case 2 -> number();
      case 3, 4 -> text(12);
      case 5 -> array(depth);
      default -> object(depth);
    };
  }

  private List<@Nullable Object> array(int depth) {
    List<@Nullable Object> array = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      array.add(value(depth - 1));
    }
    return array;
  }

  /** An object with up to five members. */
  public Map<String, @Nullable Object> object(int depth) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    for (int i = random.nextInt(6); i > 0; i--) {
      object.put(text(5), value(depth - 1));
    }
    return object;
  }

  private BigDecimal number() {
    return switch (random.nextInt(4)) {
      case 0 -> BigDecimal.valueOf(random.nextInt(2000) - 1000);
      case 1 -> BigDecimal.valueOf(random.nextLong());
      case 2 -> BigDecimal.valueOf(random.nextInt(20000) - 10000, random.nextInt(6));
      default -> BigDecimal.valueOf(random.nextInt(1000), random.nextInt(60) - 30);
    };
  }

  /** A text of up to {@code length} characters, some of them awkward. */
  public String text(int length) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(length + 1); i > 0; i--) {
      int at = random.nextInt(LETTERS.codePointCount(0, LETTERS.length()));
      text.appendCodePoint(LETTERS.codePointAt(LETTERS.offsetByCodePoints(0, at)));
    }
    return text.toString();
  }

  /**
   * One of the ways to write the value: member order, white space, escapes and number forms are
   * left to chance.
   */
  public String spelled(@Nullable Object value) {
    StringBuilder out = new StringBuilder();
    spell(value, out);
    return out.toString();
  }

  private void spell(@Nullable Object value, StringBuilder out) {
    space(out);
    switch (value) {
      case null -> out.append("null");
      case Map<?, ?> object -> members(object, out);
      case List<?> array -> elements(array, out);
      case String text -> quoted(text, out);
      case BigDecimal number -> out.append(spelledNumber(number));
      default -> out.append(value);
    }
    space(out);
  }

  private void members(Map<?, ?> object, StringBuilder out) {
    List<Map.Entry<?, ?>> members = new ArrayList<>(object.entrySet());
    Collections.shuffle(members, random);
    String separator = "{";
    for (Map.Entry<?, ?> member : members) {
      out.append(separator);
      space(out);
      quoted((String) member.getKey(), out);
      space(out);
      out.append(':');
      spell(member.getValue(), out);
      separator = ",";
    }
    out.append(members.isEmpty() ? "{}" : "}");
  }

  private void elements(List<?> array, StringBuilder out) {
    out.append('[');
    for (int i = 0; i < array.size(); i++) {
      out.append(i == 0 ? "" : ",");
      spell(array.get(i), out);
    }
    out.append(']');
  }

  private void quoted(String text, StringBuilder out) {
    out.append('"');
    for (char c : text.toCharArray()) {
      boolean paired = Character.isSurrogate(c);
      if (c == '"' || c == '\\') {
        out.append(random.nextBoolean() ? "\\" + c : String.format("\\u%04x", (int) c));
      } else if (c < ' ' || !paired && random.nextInt(8) == 0) {
        out.append(c == '\n' && random.nextBoolean() ? "\\n" : String.format("\\u%04X", (int) c));
      } else {
        out.append(c == '/' && random.nextBoolean() ? "\\/" : String.valueOf(c));
      }
    }
    out.append('"');
  }

  private String spelledNumber(BigDecimal number) {
    return switch (random.nextInt(4)) {
      case 0 -> number.toString().replace("E+", random.nextBoolean() ? "e" : "E+");
      case 1 -> number.toPlainString();
      case 2 -> number.setScale(Math.max(1, number.scale() + 1)).toPlainString();
      default -> number.unscaledValue() + "e" + -number.scale();
    };
  }

  private void space(StringBuilder out) {
    while (random.nextInt(5) == 0) {
      out.append(" \n\r\t".charAt(random.nextInt(4)));
    }
  }
}
