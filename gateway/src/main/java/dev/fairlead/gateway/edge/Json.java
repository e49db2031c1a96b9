package dev.fairlead.gateway.edge;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteOutput;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.gateway.dialect.ScanLimits;
import dev.fairlead.gateway.dialect.json.JsonScanner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** JSON and bytes on their way out. */
final class Json {

  static final JsonMapper MAPPER = JsonMapper.builder().build();

  private Json() {}

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /**
   * A body that is one object, as strictly read as a request of a model; {@link
   * Failure.InvalidRequest} for any other.
   */
  static ObjectNode parse(byte[] body) {
    JsonScanner.scan(body, ScanLimits.DEFAULT.json()).release();
    try {
      if (MAPPER.readTree(body) instanceof ObjectNode object) {
        return object;
      }
    } catch (IOException e) {
      throw new Failure.InvalidRequest("body: cannot be read", null, null).asException();
    }
    throw new Failure.InvalidRequest("body: not an object (expected: a JSON object)", null, null)
        .asException();
  }

  static byte[] bytes(Object tree) {
    try {
      return MAPPER.writeValueAsBytes(tree);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of our own cannot be written", e);
    }
  }

  static ResponseHeadersBuilder headers(int status, String requestId) {
    return ResponseHeaders.builder(HttpStatus.valueOf(status))
        .contentType(MediaType.JSON)
        .set("x-request-id", requestId);
  }

  static HttpResponse response(int status, String requestId, Object tree) {
    return HttpResponse.of(headers(status, requestId).build(), HttpData.wrap(bytes(tree)));
  }

  /**
   * The bytes of {@code string} without a copy where its kind allows it; they must not be changed.
   */
  static HttpData data(ByteString string) {
    Unwrapping output = new Unwrapping();
    try {
      UnsafeByteOperations.unsafeWriteTo(string, output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    HttpData whole = output.whole;
    return whole != null && whole.length() == string.size()
        ? whole
        : HttpData.wrap(string.toByteArray());
  }

  /** Takes the array of a byte string that consists of one. */
  private static final class Unwrapping extends ByteOutput {
    private @Nullable HttpData whole;

    @Override
    public void write(byte value) {
      whole = null;
    }

    @Override
    public void write(byte[] value, int offset, int length) {
      whole = HttpData.copyOf(value, offset, length);
    }

    @Override
    public void writeLazy(byte[] value, int offset, int length) {
      whole = HttpData.wrap(value, offset, length);
    }

    @Override
    public void write(ByteBuffer value) {
      whole = null;
    }

    @Override
    public void writeLazy(ByteBuffer value) {
      whole = null;
    }
  }
}
