package dev.fairlead.onnx.tokenizer;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Makes text of bytes that come in any portions: a character that is not complete waits for the
 * rest of it, and what cannot become UTF-8 becomes U+FFFD. Not thread-safe.
 */
public final class Utf8Assembler {

  private static final int LONGEST = 4;

  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);
  private final byte[] waiting = new byte[LONGEST];
  private int waitingSize;

  /** The text that is complete now; empty when none is. */
  public String append(byte[] bytes) {
    return decode(bytes, false);
  }

  /** The rest: empty, or one U+FFFD for a character that was never completed. */
  public String end() {
    String rest = decode(new byte[0], true);
    decoder.reset();
    return rest;
  }

  private String decode(byte[] bytes, boolean last) {
    ByteBuffer in = ByteBuffer.allocate(waitingSize + bytes.length);
    in.put(waiting, 0, waitingSize).put(bytes).flip();
    CharBuffer out = CharBuffer.allocate(in.remaining() + 2);
    decoder.decode(in, out, last);
    if (last) {
      decoder.flush(out);
    }
    waitingSize = in.remaining();
    in.get(waiting, 0, waitingSize);
    return out.flip().toString();
  }
}
