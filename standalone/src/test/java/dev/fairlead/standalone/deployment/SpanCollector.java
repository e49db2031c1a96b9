package dev.fairlead.standalone.deployment;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.Server;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/**
 * An OTLP/HTTP collector that keeps what it is sent; reads the fields it needs by their numbers in
 * the contract.
 */
public final class SpanCollector implements AutoCloseable {

  private final List<ReceivedSpan> spans = new CopyOnWriteArrayList<>();
  private final List<ByteString> exports = new CopyOnWriteArrayList<>();
  private final Server server;

  /** A span that was received. */
  public record ReceivedSpan(
      String service,
      String traceId,
      String spanId,
      String parentSpanId,
      String name,
      Map<String, String> attributes) {}

  /** Starts on a free port. */
  public SpanCollector() {
    server =
        Server.builder()
            .http(new InetSocketAddress("127.0.0.1", 0))
            .service("/v1/traces", (context, request) -> receive(request))
            .build();
    server.start().join();
  }

  /** Where to send to. */
  public String endpoint() {
    return "http://127.0.0.1:" + server.activeLocalPort();
  }

  /** The spans of a trace so far. */
  public List<ReceivedSpan> ofTrace(String traceId) {
    return spans.stream().filter(span -> span.traceId().equals(traceId)).toList();
  }

  /** Whether that text stood anywhere in what it was sent. */
  public boolean haveSeen(String text) {
    return exports.stream()
        .anyMatch(export -> export.toString(StandardCharsets.ISO_8859_1).contains(text));
  }

  @Override
  public void close() {
    server.stop().join();
  }

  private HttpResponse receive(HttpRequest request) {
    return HttpResponse.of(
        request
            .aggregate()
            .thenApply(whole -> {
              read(whole.content().array());
              return HttpResponse.of(HttpStatus.OK);
            }));
  }

  private void read(byte[] export) {
    exports.add(ByteString.copyFrom(export));
    for (UnknownFieldSet resourceSpans : messages(parse(ByteString.copyFrom(export)), 1)) {
      String service = serviceName(resourceSpans);
      for (UnknownFieldSet scopeSpans : messages(resourceSpans, 2)) {
        for (UnknownFieldSet span : messages(scopeSpans, 2)) {
          spans.add(
              new ReceivedSpan(
                  service,
                  hex(span, 1),
                  hex(span, 2),
                  hex(span, 4),
                  bytes(span, 5).toStringUtf8(),
                  attributes(span)));
        }
      }
    }
  }

  private static String serviceName(UnknownFieldSet resourceSpans) {
    for (UnknownFieldSet resource : messages(resourceSpans, 1)) {
      for (UnknownFieldSet attribute : messages(resource, 1)) {
        if (bytes(attribute, 1).toStringUtf8().equals("service.name")) {
          return bytes(messages(attribute, 2).getFirst(), 1).toStringUtf8();
        }
      }
    }
    return "";
  }

  /** Texts, whole numbers, and lists of texts with spaces between. */
  private static Map<String, String> attributes(UnknownFieldSet span) {
    Map<String, String> attributes = new HashMap<>();
    for (UnknownFieldSet attribute : messages(span, 9)) {
      UnknownFieldSet value = messages(attribute, 2).getFirst();
      String text =
          messages(value, 5).stream()
              .flatMap(list -> messages(list, 1).stream())
              .map(one -> bytes(one, 1).toStringUtf8())
              .collect(Collectors.joining(" "));
      attributes.put(
          bytes(attribute, 1).toStringUtf8(), text.isEmpty() ? numberOrText(value) : text);
    }
    return attributes;
  }

  private static String numberOrText(UnknownFieldSet value) {
    List<Long> numbers = value.getField(3).getVarintList();
    return numbers.isEmpty() ? bytes(value, 1).toStringUtf8() : Long.toString(numbers.getLast());
  }

  private static List<UnknownFieldSet> messages(UnknownFieldSet set, int field) {
    return set.getField(field).getLengthDelimitedList().stream().map(SpanCollector::parse).toList();
  }

  private static ByteString bytes(UnknownFieldSet set, int field) {
    List<ByteString> values = set.getField(field).getLengthDelimitedList();
    return values.isEmpty() ? ByteString.EMPTY : values.getLast();
  }

  private static String hex(UnknownFieldSet set, int field) {
    return HexFormat.of().formatHex(bytes(set, field).toByteArray());
  }

  private static UnknownFieldSet parse(ByteString message) {
    try {
      return UnknownFieldSet.parseFrom(message);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("not an OTLP export", e);
    }
  }
}
