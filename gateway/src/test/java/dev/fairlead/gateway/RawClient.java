package dev.fairlead.gateway;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Sends bytes as they are and reads until the server closes or says nothing more for a while. */
final class RawClient {

  private static final int SILENCE_MILLIS = 10_000;

  private RawClient() {}

  /** Everything that came back, one character a byte. */
  static String send(int port, byte[]... parts) {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout(SILENCE_MILLIS);
      socket.setTcpNoDelay(true);
      for (byte[] part : parts) {
        socket.getOutputStream().write(part);
        socket.getOutputStream().flush();
      }
      return read(socket);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String send(int port, String text) {
    return send(port, text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** The text in pieces, each of which has left before the next one is written. */
  static String sendApart(int port, String text, int... cuts) {
    byte[][] parts = new byte[cuts.length + 1][];
    byte[] all = text.getBytes(StandardCharsets.ISO_8859_1);
    int from = 0;
    for (int i = 0; i <= cuts.length; i++) {
      int to = i < cuts.length ? cuts[i] : all.length;
      parts[i] = Arrays.copyOfRange(all, from, to);
      from = to;
    }
    return send(port, parts);
  }

  private static String read(Socket socket) throws IOException {
    StringBuilder answer = new StringBuilder();
    byte[] buffer = new byte[4096];
    try {
      int read = socket.getInputStream().read(buffer);
      while (read >= 0) {
        answer.append(new String(buffer, 0, read, StandardCharsets.ISO_8859_1));
        read = socket.getInputStream().read(buffer);
      }
    } catch (java.net.SocketTimeoutException e) {
      answer.append("<open>");
    } catch (java.net.SocketException reset) {
      answer.append("<reset>");
    }
    return answer.toString();
  }
}
