package dev.fairlead.gateway.edge;

import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureException;
import dev.fairlead.gateway.dialect.HttpFailures;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;

/**
 * Unpacks a compressed body (RFC 9110 sections 8.4.1.2 and 8.4.1.3) without ever holding more than
 * it may grow to.
 *
 * @param gzip whether it is gzip; else zlib
 * @param maxBytes most bytes unpacked
 * @param maxRatio most bytes unpacked for each packed one, once there are 64 KiB
 */
record Inflating(boolean gzip, int maxBytes, int maxRatio) {

  private static final int BUFFER = 8192;

  /** What any packed body may grow to, however small it is. */
  private static final int FREE_BYTES = 64 << 10;

  /**
   * The unpacked body.
   *
   * @throws FailureException InvalidRequest when it grows too far or is damaged
   */
  byte[] inflate(byte[] packed) {
    long most = Math.min(maxBytes, Math.max(FREE_BYTES, (long) packed.length * maxRatio));
    ByteArrayOutputStream out = new ByteArrayOutputStream(Math.max(BUFFER, packed.length * 2));
    try (InputStream in = open(packed)) {
      byte[] buffer = new byte[BUFFER];
      int read = in.read(buffer);
      while (read >= 0) {
        out.write(buffer, 0, read);
        if (out.size() > most) {
          throw tooLarge(most);
        }
        read = in.read(buffer);
      }
      return out.toByteArray();
    } catch (ZipException | EOFException e) {
      throw Failure.InvalidRequest.of(
              "content-encoding",
              "body: cannot be unpacked (expected: " + (gzip ? "gzip" : "zlib") + ")")
          .asException();
    } catch (IOException e) {
      throw new IllegalStateException("memory is no device", e);
    }
  }

  private InputStream open(byte[] packed) throws IOException {
    ByteArrayInputStream in = new ByteArrayInputStream(packed);
    return gzip ? new GZIPInputStream(in, BUFFER) : new InflaterInputStream(in);
  }

  private static FailureException tooLarge(long most) {
    return new Failure.InvalidRequest(
            "body: grows too far when unpacked (expected: at most " + most + " bytes)",
            null,
            HttpFailures.REQUEST_TOO_LARGE)
        .asException();
  }
}
