package dev.fairlead.provider.sse;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * An event of a stream as the pattern of those that follow: a model tells its text in documents
 * that are the same but for the words, so that after the first one a comparison of bytes tells what
 * a parser would. An event that is the pattern with other characters in its open strings matches,
 * as long as these need no decoding but that of UTF-8; any other is the parser's. What that costs
 * and saves: {@code benchmarks/README.md}, provider service. Not thread-safe.
 */
public final class RecurringEvent {

  /** Patterns in a row without a match after which a stream is taken to have none. */
  private static final int MOST_MISSES = 8;

  /**
   * Longest pattern: what is larger has its cost elsewhere, and a stream would keep a copy of it.
   */
  private static final int MOST_BYTES = 4096;

  private static final int MOST_OPEN = 2;
  private static final int NONE = -1;

  private byte[] pattern = {};

  /** The open strings of the pattern, between their quotes. */
  private final int[] begins = new int[MOST_OPEN];

  private final int[] ends = new int[MOST_OPEN];
  private int open;
  private int textAt = NONE;
  private String text = "";
  private int misses;

  // Of the document that is being parsed: where open strings end, and whether it can be a pattern.
  private final int[] noted = new int[MOST_OPEN];
  private int notedCount;
  private int notedText = NONE;
  private boolean fit;

  /**
   * Whether the event is the pattern with other characters in its open strings. Then {@link #text}
   * is its text.
   */
  public boolean matches(byte[] event, int from, int to) {
    if (textAt == NONE) {
      return false;
    }
    int at = from;
    int literal = 0;
    for (int string = 0; string < open; string++) {
      int same = begins[string] - literal;
      if (to - at < same
          || !Arrays.equals(event, at, at + same, pattern, literal, literal + same)) {
        return false;
      }
      at += same;
      int end = string == textAt ? takeText(event, at, to) : plainEnd(event, at, to);
      if (end == NONE) {
        return false;
      }
      at = end;
      literal = ends[string];
    }
    boolean same = Arrays.equals(event, at, to, pattern, literal, pattern.length);
    misses = same ? 0 : misses;
    return same;
  }

  /** What stands in the pattern's place for the text, of the event that matched last. */
  public String text() {
    return text;
  }

  private int takeText(byte[] event, int from, int to) {
    boolean ascii = true;
    for (int at = from; at < to; at++) {
      byte b = event[at];
      if (b == '"') {
        text = new String(event, from, at - from, StandardCharsets.UTF_8);
        // Whether it stands there or for bytes that are no UTF-8 is the parser's to say.
        return ascii || text.indexOf('\uFFFD') < 0 ? at : NONE;
      }
      if (b == '\\' || (b >= 0 && b < ' ')) {
        return NONE;
      }
      ascii &= b >= 0;
    }
    return NONE;
  }

  private static int plainEnd(byte[] event, int from, int to) {
    for (int at = from; at < to; at++) {
      byte b = event[at];
      if (b == '"') {
        return at;
      }
      if (b == '\\' || b < ' ') {
        return NONE;
      }
    }
    return NONE;
  }

  /** A document is going to be parsed; until {@link #learn} its open strings are to be named. */
  public void parsing() {
    notedCount = 0;
    notedText = NONE;
    fit = misses < MOST_MISSES;
  }

  /** Whether it is worth naming open strings of the document that is being parsed. */
  public boolean isAsking() {
    return fit;
  }

  /** The text ends before this byte of the document, which is its closing quote. */
  public void textEnds(long closingQuote) {
    fit &= notedText == NONE;
    notedText = notedCount;
    stringEnds(closingQuote);
  }

  /** A string without meaning ends before this byte of the document, which is its closing quote. */
  public void stringEnds(long closingQuote) {
    if (notedCount == MOST_OPEN) {
      fit = false;
      return;
    }
    noted[notedCount++] = Math.toIntExact(closingQuote);
  }

  /** The document says something beside its text, which its like may not say. */
  public void unfit() {
    fit = false;
  }

  /** The document has been parsed: it is the pattern now if it is fit for that. */
  public void learn(byte[] event, int from, int to) {
    if (!fit || notedText == NONE || to - from > MOST_BYTES) {
      return;
    }
    misses++;
    textAt = NONE;
    for (int string = 0; string < notedCount; string++) {
      int end = noted[string];
      int begin = end;
      while (begin > 0 && event[from + begin - 1] != '"') {
        begin--;
        if (event[from + begin] == '\\') {
          return;
        }
      }
      if (begin < 2 || event[from + begin - 2] == '\\') {
        return;
      }
      begins[string] = begin;
      ends[string] = end;
    }
    pattern = Arrays.copyOfRange(event, from, to);
    open = notedCount;
    textAt = notedText;
  }
}
