package dev.fairlead.redis;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * What clients ask a Redis server for, in the order in which it does it, as its command MONITOR
 * tells; what scripts do inside the server is left out. Not thread-safe.
 */
public final class RedisMonitor implements AutoCloseable {

  private static final int PATIENCE_MILLIS = 60_000;

  private final RedisServerProcess server;
  private final Socket socket;
  private final BufferedReader lines;

  private RedisMonitor(RedisServerProcess server) throws IOException {
    this.server = server;
    this.socket = new Socket("127.0.0.1", server.port());
    socket.setSoTimeout(PATIENCE_MILLIS);
    this.lines =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
    socket.getOutputStream().write("MONITOR\r\n".getBytes(StandardCharsets.US_ASCII));
    String answer = lines.readLine();
    if (!"+OK".equals(answer)) {
      throw new IOException("MONITOR was answered with " + answer);
    }
  }

  /** Begins to listen. */
  public static RedisMonitor of(RedisServerProcess server) {
    try {
      return new RedisMonitor(server);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Commands since the last time, with their arguments in quotes, up to this moment. */
  public List<String> commands() {
    String mark = UUID.randomUUID().toString();
    String ignored = server.command("ECHO", mark);
    List<String> heard = new ArrayList<>();
    try {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.contains(mark)) {
          return heard;
        }
        if (!line.contains(" lua] ")) {
          heard.add(line);
        }
      }
      throw new IOException("the server has gone");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
