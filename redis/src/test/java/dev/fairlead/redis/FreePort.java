package dev.fairlead.redis;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for servers that are started later, by another process or for a second time. They lie below
 * the range from which systems give ports to outgoing connections and to servers that ask for any
 * (Linux: 32768 on), so nobody is given one by chance between now and then. Thread-safe.
 */
public final class FreePort {

  /** Ports 10,000 above, where Redis Cluster's bus listens, are outside of that range too. */
  private static final int FIRST = 11_000;

  private static final int LAST = 21_999;
  private static int next = ThreadLocalRandom.current().nextInt(FIRST, LAST + 1);

  private FreePort() {}

  /** A port on which nothing listens, and that this process has not been given before. */
  public static int any() {
    return together(0);
  }

  /** A port of which the port {@code distance} above is free too, and not given to anyone else. */
  public static synchronized int together(int distance) {
    for (int tries = LAST - FIRST; tries > 0; tries--) {
      int port = next;
      next = port + distance >= LAST ? FIRST : port + distance + 1;
      if (isFree(port) && isFree(port + distance)) {
        return port;
      }
    }
    throw new IllegalStateException("no free port from " + FIRST + " to " + LAST);
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port)) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
