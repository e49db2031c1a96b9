package dev.fairlead.benchmarks;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * A collector that takes OTLP over gRPC and throws it away: what spans cost their sender is
 * measured against it. A collector stands on a machine of its own; this one shares the processors
 * with what is measured, so it does no more than HTTP/2 asks of a receiver (RFC 9113): counts the
 * bytes of messages without reading them, gives the window back, says that all went well. Argument:
 * the port. Writes bytes received to standard output every second in which some came.
 */
public final class TraceSink {

  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int GO_AWAY = 7;
  private static final int WINDOW_UPDATE = 8;

  private static final int ACK = 1;
  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;

  private static final int PREFACE_BYTES = 24;

  /** Compression flag and length before a message of gRPC. */
  private static final int PREFIX_BYTES = 5;

  /** As large as that of gRPC's own server. */
  private static final int WINDOW = 1 << 20;

  private static final int FIRST_WINDOW = 65_535;
  private static final int INITIAL_WINDOW_SETTING = 4;

  /** By HPACK's static table (RFC 7541, appendix A): 8 and 31. */
  private static final byte[] ANSWER_HEADERS = bytes("\u0088\u000f\u0010\u0010application/grpc");

  private static final byte[] TRAILERS = bytes("\0\u000bgrpc-status\u00010");

  private static final byte[] EMPTY_MESSAGE = new byte[PREFIX_BYTES];

  private final LongAdder received = new LongAdder();

  private TraceSink() {}

  /** Runs until it is killed. */
  public static void main(String[] args) throws IOException, InterruptedException {
    TraceSink sink = new TraceSink();
    try (ServerSocket door =
        new ServerSocket(Integer.parseInt(args[0]), 16, InetAddress.getLoopbackAddress())) {
      Thread.ofPlatform().daemon().start(() -> sink.tell());
      while (true) {
        Socket caller = door.accept();
        Thread.ofPlatform().daemon().start(() -> sink.serve(caller));
      }
    }
  }

  private void tell() {
    try {
      while (true) {
        TimeUnit.SECONDS.sleep(1);
        long bytes = received.sumThenReset();
        if (bytes > 0) {
          System.out.println(bytes);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void serve(Socket caller) {
    try (caller) {
      caller.setTcpNoDelay(true);
      new Connection(caller).serve();
    } catch (EOFException | SocketException e) {
      // The caller has gone.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** One caller, whose calls come one after the other. */
  private final class Connection {

    private final DataInputStream in;
    private final DataOutputStream out;

    /** Bytes taken whose window is not given back yet, of all calls and of the present one. */
    private int owed;

    private int owedToCall;

    Connection(Socket caller) throws IOException {
      in = new DataInputStream(new BufferedInputStream(caller.getInputStream(), 1 << 16));
      out = new DataOutputStream(new BufferedOutputStream(caller.getOutputStream()));
    }

    void serve() throws IOException {
      in.skipNBytes(PREFACE_BYTES);
      frame(6, SETTINGS, 0, 0);
      out.writeShort(INITIAL_WINDOW_SETTING);
      out.writeInt(WINDOW);
      give(0, WINDOW - FIRST_WINDOW);
      out.flush();
      while (next()) {
        if (in.available() == 0) {
          out.flush();
        }
      }
    }

    /** Takes one frame; answers whether there are more. */
    private boolean next() throws IOException {
      int head = in.readInt();
      int length = head >>> 8;
      int flags = in.readUnsignedByte();
      int stream = in.readInt() & Integer.MAX_VALUE;
      int type = head & 0xff;
      if (type == DATA) {
        in.skipNBytes(length);
        taken(stream, length, (flags & END_STREAM) != 0);
      } else if (type == PING && (flags & ACK) == 0) {
        long token = in.readLong();
        frame(length, PING, ACK, 0);
        out.writeLong(token);
      } else {
        in.skipNBytes(length);
        if (type == SETTINGS && (flags & ACK) == 0) {
          frame(0, SETTINGS, ACK, 0);
        }
      }
      return type != GO_AWAY;
    }

    private void taken(int stream, int length, boolean last) throws IOException {
      received.add(length);
      owed += length;
      owedToCall += length;
      if (owed >= WINDOW / 2) {
        give(0, owed);
        owed = 0;
      }
      if (last) {
        owedToCall = 0;
        answer(stream);
      } else if (owedToCall >= WINDOW / 2) {
        give(stream, owedToCall);
        owedToCall = 0;
      }
    }

    private void answer(int stream) throws IOException {
      received.add(-PREFIX_BYTES);
      frame(ANSWER_HEADERS.length, HEADERS, END_HEADERS, stream);
      out.write(ANSWER_HEADERS);
      frame(PREFIX_BYTES, DATA, 0, stream);
      out.write(EMPTY_MESSAGE);
      frame(TRAILERS.length, HEADERS, END_HEADERS | END_STREAM, stream);
      out.write(TRAILERS);
    }

    private void give(int stream, int bytes) throws IOException {
      frame(Integer.BYTES, WINDOW_UPDATE, 0, stream);
      out.writeInt(bytes);
    }

    private void frame(int length, int type, int flags, int stream) throws IOException {
      out.writeInt(length << 8 | type);
      out.writeByte(flags);
      out.writeInt(stream);
    }
  }
}
