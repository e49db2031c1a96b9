package dev.fairlead.standalone;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * One HTTP/1.1 connection that is kept alive, as most clients of a gateway have. It knows no more
 * of the protocol than the gateway's own answers need, so that the time of the warm-up goes to the
 * server and not to a client that is as cold. Blocks; for one thread.
 */
final class WarmUpCaller implements AutoCloseable {

  private static final int TIMEOUT_MILLIS = 10_000;
  private static final String LENGTH = "content-length:";
  private static final String CHUNKED = "transfer-encoding: chunked";

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  WarmUpCaller(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(TIMEOUT_MILLIS);
    in = new BufferedInputStream(socket.getInputStream());
    out = socket.getOutputStream();
  }

  /**
   * Sends a JSON body and reads the answer to its end, also one that is streamed.
   *
   * @param cached whether the cache may answer and store
   * @return whether the status was 200
   */
  boolean post(String path, String json, boolean cached) throws IOException {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    String head =
        "POST "
            + path
            + " HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: "
            + body.length
            + (cached ? "\r\n\r\n" : "\r\ncache-control: no-store\r\n\r\n");
    byte[] request = new byte[head.length() + body.length];
    System.arraycopy(head.getBytes(StandardCharsets.US_ASCII), 0, request, 0, head.length());
    System.arraycopy(body, 0, request, head.length(), body.length);
    out.write(request);
    out.flush();
    return readAnswer();
  }

  private boolean readAnswer() throws IOException {
    boolean ok = line().startsWith("HTTP/1.1 200");
    int length = 0;
    boolean chunked = false;
    for (String header = line(); !header.isEmpty(); header = line()) {
      if (header.regionMatches(true, 0, LENGTH, 0, LENGTH.length())) {
        length = Integer.parseInt(header.substring(LENGTH.length()).trim());
      }
      chunked |= header.equalsIgnoreCase(CHUNKED);
    }
    in.skipNBytes(length);
    while (chunked) {
      int size = Integer.parseInt(line(), 16);
      in.skipNBytes(size);
      line();
      chunked = size > 0;
    }
    return ok;
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException("the connection was closed within an answer");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
