package dev.fairlead.gateway.dialect.json;

import com.google.protobuf.UnsafeByteOperations;
import dev.fairlead.common.failure.Failure.InvalidRequest;
import dev.fairlead.common.failure.FailureException;
import dev.fairlead.gateway.dialect.json.JsonTape.Kind;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.FieldSpan;
import dev.fairlead.v1.RawRequest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The members of a body's outermost object, each name occurring once.
 *
 * <p>Names that differ only in case are refused, and so is a case variant of a name that the format
 * knows: parsers that ignore case would otherwise see another request than the one that was checked
 * here.
 */
public final class TopLevel {

  /** Code of a member that occurs twice or in a variant of its name. */
  public static final String AMBIGUOUS_KEY = "ambiguous_key";

  /** Code of a member that says where to send a request, or as whom. */
  public static final String FORBIDDEN = "forbidden_parameter";

  private static final int FEW = 24;

  /**
   * Some servers behind us would follow them: which upstream is called is not the caller's to say.
   */
  private static final Set<String> TARGETS =
      Set.of(
          "api_base",
          "api_host",
          "api_key",
          "api_url",
          "base_url",
          "custom_host",
          "extra_headers",
          "proxy",
          "proxies");

  private final JsonTape tape;
  private final String[] names;
  private final int[] keys;

  private TopLevel(JsonTape tape, String[] names, int[] keys) {
    this.tape = tape;
    this.names = names;
    this.keys = keys;
  }

  /**
   * The members of a document.
   *
   * @param known every lower-case name that the format gives a meaning to
   * @throws FailureException when it is not an object, or a name is ambiguous
   */
  public static TopLevel of(JsonTape tape, Set<String> known) {
    JsonExpect.kind(tape, tape.root(), Kind.OBJECT);
    int count = tape.count(tape.root());
    String[] names = new String[count];
    int[] keys = new int[count];
    int key = tape.first(tape.root());
    boolean folding = false;
    for (int i = 0; i < count; i++) {
      names[i] = tape.text(key);
      keys[i] = key;
      folding |= !isLower(names[i]);
      refuseTarget(tape, key, names[i]);
      key = tape.next(key + 1);
    }
    TopLevel members = new TopLevel(tape, names, keys);
    if (folding || count > FEW) {
      members.refuseVariants(known);
    } else {
      members.refuseDuplicates();
    }
    return members;
  }

  /** Whether a {@linkplain #folded folded} name says where to send a request, or as whom. */
  public static boolean isTarget(String folded) {
    return TARGETS.contains(folded);
  }

  private static void refuseTarget(JsonTape tape, int key, String name) {
    if (TARGETS.contains(name) || !isLower(name) && TARGETS.contains(folded(name))) {
      String path = tape.pathOf(key + 1);
      throw new InvalidRequest(
              path + ": not the caller's to choose (expected: absent)", path, FORBIDDEN)
          .asException();
    }
  }

  private static boolean isLower(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c >= 'A' && c <= 'Z' || c > '~') {
        return false;
      }
    }
    return true;
  }

  private void refuseDuplicates() {
    for (int i = 1; i < names.length; i++) {
      for (int j = 0; j < i; j++) {
        if (names[i].equals(names[j])) {
          throw ambiguous(i);
        }
      }
    }
  }

  private void refuseVariants(Set<String> known) {
    Set<String> seen = new HashSet<>(names.length * 2);
    for (int i = 0; i < names.length; i++) {
      String folded = folded(names[i]);
      if (!seen.add(folded) || !folded.equals(names[i]) && known.contains(folded)) {
        throw ambiguous(i);
      }
    }
  }

  /**
   * Simple case folding, which also takes the long s and the Kelvin sign for letters, as other
   * parsers do.
   */
  public static String folded(String name) {
    StringBuilder folded = new StringBuilder(name.length());
    name.codePoints()
        .forEach(c -> folded.appendCodePoint(Character.toLowerCase(Character.toUpperCase(c))));
    return folded.toString();
  }

  private FailureException ambiguous(int index) {
    String path = tape.pathOf(keys[index] + 1);
    return new InvalidRequest(
            path
                + ": ambiguous name "
                + tape.sample(keys[index])
                + " (expected: each name once and in lower case)",
            path,
            AMBIGUOUS_KEY)
        .asException();
  }

  /** How many there are. */
  public int count() {
    return names.length;
  }

  /** Name of the member at a position, escapes resolved. */
  public String name(int index) {
    return names[index];
  }

  /** Node of the key at a position. */
  public int key(int index) {
    return keys[index];
  }

  /** Node of the value at a position. */
  public int value(int index) {
    return keys[index] + 1;
  }

  /** The document with the spans of its members; its bytes are wrapped, not copied. */
  public RawRequest raw(Dialect dialect) {
    return RawRequest.newBuilder()
        .setDialect(dialect)
        .setBody(UnsafeByteOperations.unsafeWrap(tape.body()))
        .addAllFields(spans())
        .build();
  }

  /** Where each member lies, in order of appearance. */
  public List<FieldSpan> spans() {
    List<FieldSpan> spans = new ArrayList<>(names.length);
    for (int i = 0; i < names.length; i++) {
      spans.add(
          FieldSpan.newBuilder()
              .setName(names[i])
              .setKeyStart(tape.start(keys[i]))
              .setValueStart(tape.start(keys[i] + 1))
              .setValueEnd(tape.end(keys[i] + 1))
              .build());
    }
    return spans;
  }
}
