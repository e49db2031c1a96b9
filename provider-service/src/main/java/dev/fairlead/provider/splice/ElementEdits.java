package dev.fairlead.provider.splice;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Takes members out of the objects of an array; every other byte stays as it was. One pass of a
 * streaming parser, no tree. One use an instance.
 */
public final class ElementEdits {

  private static final JsonFactory JSON = new JsonFactory();

  private final byte[] array;
  private final Set<String> names;
  private final ByteArrayOutputStream out;
  private int copied;

  private ElementEdits(byte[] array, Set<String> names) {
    this.array = array;
    this.names = names;
    this.out = new ByteArrayOutputStream(array.length);
  }

  /** Decides what goes. */
  public interface Leaving {
    /**
     * Whether the member goes.
     *
     * @param path of the member in the array, such as {@code [2].name}
     * @param kind value of its element's telling member; empty when that is missing
     * @param empty whether its value is null
     */
    boolean goes(String path, String kind, boolean empty);
  }

  /** A member of an element. */
  private record Member(String name, boolean empty, int start, int end) {}

  /**
   * The array without members of those names, or the same bytes when there are none.
   *
   * @param array JSON; elements that are not objects are kept
   * @param telling name of the member that tells what kind of element it is in
   * @param leaving asked for each member of those names
   * @throws IOException when it is not an array of JSON
   */
  public static byte[] without(byte[] array, Set<String> names, String telling, Leaving leaving)
      throws IOException {
    return new ElementEdits(array, names).run(telling, leaving);
  }

  private byte[] run(String telling, Leaving leaving) throws IOException {
    try (JsonParser parser = JSON.createParser(array)) {
      if (parser.nextToken() != JsonToken.START_ARRAY) {
        return array;
      }
      for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
        if (parser.currentToken() == JsonToken.START_OBJECT) {
          element(parser, i, telling, leaving);
        } else {
          parser.skipChildren();
        }
      }
    }
    if (copied == 0) {
      return array;
    }
    out.write(array, copied, array.length - copied);
    return out.toByteArray();
  }

  private void element(JsonParser parser, int position, String telling, Leaving leaving)
      throws IOException {
    List<Member> members = new ArrayList<>(4);
    String kind = "";
    boolean any = false;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      int start = (int) parser.currentTokenLocation().getByteOffset();
      JsonToken value = parser.nextToken();
      if (name.equals(telling) && value == JsonToken.VALUE_STRING) {
        kind = parser.getText();
      }
      parser.skipChildren();
      parser.finishToken();
      int end = (int) parser.currentLocation().getByteOffset();
      members.add(new Member(name, value == JsonToken.VALUE_NULL, start, end));
      any |= names.contains(name);
    }
    if (any) {
      cut(members, position, kind, leaving);
    }
  }

  private void cut(List<Member> members, int position, String kind, Leaving leaving) {
    int keptEnd = -1;
    for (int i = 0; i < members.size(); i++) {
      Member member = members.get(i);
      boolean goes =
          names.contains(member.name)
              && leaving.goes("[" + position + "]." + member.name, kind, member.empty);
      if (!goes) {
        keptEnd = member.end;
      } else if (keptEnd >= 0) {
        leaveOut(keptEnd, member.end);
        keptEnd = member.end;
      } else {
        leaveOut(member.start, i + 1 < members.size() ? members.get(i + 1).start : member.end);
      }
    }
  }

  private void leaveOut(int from, int to) {
    out.write(array, copied, from - copied);
    copied = to;
  }
}
