package dev.fairlead.gateway.edge;

import dev.fairlead.gateway.dialect.ScanLimits;
import dev.fairlead.gateway.dialect.json.JsonExpect;
import dev.fairlead.gateway.dialect.json.JsonScanner;
import dev.fairlead.gateway.dialect.json.JsonTape;
import dev.fairlead.gateway.dialect.json.JsonTape.Kind;
import dev.fairlead.gateway.dialect.json.Required;
import dev.fairlead.gateway.dialect.json.TopLevel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * The body of {@code /v1/batch}: requests in their own bytes, so that nothing of them is lost.
 *
 * @param items in order, at least one
 */
record BatchBody(List<Item> items) {

  private static final Set<String> KNOWN = Set.of("requests");

  /**
   * One request.
   *
   * @param chat whether it has messages and so is read as a chat request, else as a completion
   */
  record Item(byte[] body, boolean chat) {}

  static BatchBody read(byte[] body, ScanLimits limits, int maxItems) {
    JsonTape tape = JsonScanner.scan(body, limits.json());
    TopLevel members = TopLevel.of(tape, KNOWN);
    for (int i = 0; i < members.count(); i++) {
      if (!KNOWN.contains(members.name(i))) {
        throw JsonExpect.wrongValue(tape, members.value(i), "no member but requests");
      }
    }
    int requests = Required.member(tape, tape.root(), "requests", Kind.ARRAY);
    if (tape.count(requests) < 1 || tape.count(requests) > maxItems) {
      throw JsonExpect.wrongValue(tape, requests, "1.." + maxItems + " requests");
    }
    List<Item> items = new ArrayList<>(tape.count(requests));
    int request = tape.first(requests);
    for (int left = tape.count(requests); left > 0; left--) {
      JsonExpect.kind(tape, request, Kind.OBJECT);
      items.add(
          new Item(
              Arrays.copyOfRange(body, tape.start(request), tape.end(request)),
              tape.member(request, "messages") >= 0));
      request = tape.next(request);
    }
    return new BatchBody(items);
  }
}
