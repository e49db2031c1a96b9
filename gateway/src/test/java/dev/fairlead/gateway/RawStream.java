package dev.fairlead.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A client over a plain socket that reads an answer while it comes, or leaves it unread. */
final class RawStream implements AutoCloseable {

  private final Socket socket;
  private final StringBuffer text = new StringBuffer();
  private volatile boolean ended;

  private RawStream(Socket socket) {
    this.socket = socket;
  }

  /** Sends a POST and reads on a thread of its own. */
  static RawStream post(int port, String path, String body, String... headers) {
    RawStream stream = unread(port, path, body, 0, headers);
    stream.startReading();
    return stream;
  }

  /** Sends a POST and reads nothing yet; {@code receiveBuffer} 0 leaves the system's size. */
  static RawStream unread(
      int port, String path, String body, int receiveBuffer, String... headers) {
    try {
      Socket socket = new Socket();
      if (receiveBuffer > 0) {
        socket.setReceiveBufferSize(receiveBuffer);
      }
      socket.connect(new java.net.InetSocketAddress("127.0.0.1", port));
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      StringBuilder head = new StringBuilder("POST " + path + " HTTP/1.1\r\nhost: x\r\n");
      head.append("content-type: application/json\r\ncontent-length: ").append(bytes.length);
      for (int i = 0; i < headers.length; i += 2) {
        head.append("\r\n").append(headers[i]).append(": ").append(headers[i + 1]);
      }
      head.append("\r\n\r\n");
      socket.getOutputStream().write(head.toString().getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().write(bytes);
      return new RawStream(socket);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void startReading() {
    Thread.ofVirtual()
        .start(() -> {
          byte[] buffer = new byte[8192];
          try {
            InputStream in = socket.getInputStream();
            int read = in.read(buffer);
            while (read >= 0) {
              text.append(new String(buffer, 0, read, StandardCharsets.UTF_8));
              read = in.read(buffer);
            }
          } catch (IOException e) {
            text.append("<cut>");
          }
          ended = true;
        });
  }

  /** Everything that has come, with the framing of chunks in it. */
  String text() {
    return text.toString();
  }

  boolean hasEnded() {
    return ended || text.indexOf("\r\n0\r\n\r\n") >= 0;
  }

  String header(String name) {
    for (String line : text().split("\r\n\r\n", 2)[0].split("\r\n")) {
      if (line.toLowerCase(Locale.ROOT).startsWith(name + ":")) {
        return line.substring(name.length() + 1).strip();
      }
    }
    return "";
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
