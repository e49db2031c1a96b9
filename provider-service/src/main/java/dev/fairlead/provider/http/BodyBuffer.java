package dev.fairlead.provider.http;

import com.linecorp.armeria.common.HttpData;
import java.util.Arrays;

/** Gathers a body; one that comes in one piece is not copied. */
final class BodyBuffer {

  private byte[] bytes = {};
  private int length;

  void add(HttpData data) {
    byte[] piece = data.array();
    if (length == 0) {
      bytes = piece;
      length = piece.length;
      return;
    }
    if (length + piece.length > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + piece.length));
    }
    System.arraycopy(piece, 0, bytes, length, piece.length);
    length += piece.length;
  }

  /** What has come; valid from 0 to {@link #length}, not to be changed. */
  byte[] bytes() {
    return bytes;
  }

  int length() {
    return length;
  }
}
