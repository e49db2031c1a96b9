package dev.fairlead.provider.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * A bare HTTP/1.1 server that sends exactly the bytes it is told to, so that answers can be wrong
 * in ways that no HTTP library would write. One connection a call, unless an answer lets the next
 * one follow.
 */
public final class RawUpstream implements AutoCloseable {

  private final ServerSocket listening;
  private final Function<Request, Answer> script;
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final AtomicInteger callersLeft = new AtomicInteger();
  private final AtomicInteger connections = new AtomicInteger();

  /** What happens when every byte has been sent. */
  public enum End {
    /** The connection is closed. */
    CLOSE,
    /** The connection is reset. */
    RESET,
    /** Nothing, until the caller closes it. */
    HANG,
    /** The next call may come on the same connection. */
    NEXT
  }

  /**
   * One call that came in.
   *
   * @param connection number of its connection, from 1
   */
  public record Request(int connection, String head, String body) {}

  /** What to send, piece by piece; each is flushed by itself. */
  public record Answer(List<byte[]> pieces, End end) {

    /** Any bytes. */
    public static Answer raw(String bytes) {
      return new Answer(List.of(bytes.getBytes(UTF_8)), End.CLOSE);
    }

    /** A JSON body with further header lines, each ending in CR LF. */
    public static Answer json(int status, String headers, String body) {
      return raw(
          "HTTP/1.1 "
              + status
              + " X\r\ncontent-type: application/json\r\nconnection: close\r\n"
              + headers
              + "content-length: "
              + body.getBytes(UTF_8).length
              + "\r\n\r\n"
              + body);
    }

    /** A complete event stream, each string a read of its own. */
    public static Answer events(String... events) {
      return openEvents(events).completed();
    }

    /** An event stream that does not end. */
    public static Answer openEvents(String... events) {
      return openStream(
          "content-type: text/event-stream\r\n",
          Arrays.stream(events).map(event -> event.getBytes(UTF_8)).toList());
    }

    /** A stream that does not end, with header lines that each end in CR LF. */
    public static Answer openStream(String headers, List<byte[]> frames) {
      List<byte[]> pieces = new ArrayList<>();
      pieces.add(
          ("HTTP/1.1 200 OK\r\nconnection: close\r\n"
                  + headers
                  + "transfer-encoding: chunked\r\n\r\n")
              .getBytes(ISO_8859_1));
      frames.forEach(frame -> pieces.add(chunk(frame)));
      return new Answer(pieces, End.HANG);
    }

    /** The same stream with its end. */
    public Answer completed() {
      List<byte[]> all = new ArrayList<>(pieces);
      all.add("0\r\n\r\n".getBytes(ISO_8859_1));
      return new Answer(all, End.CLOSE);
    }

    private static byte[] chunk(byte[] bytes) {
      ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length + 16);
      out.writeBytes((Integer.toHexString(bytes.length) + "\r\n").getBytes(ISO_8859_1));
      out.writeBytes(bytes);
      out.writeBytes("\r\n".getBytes(ISO_8859_1));
      return out.toByteArray();
    }

    /** The same, ending otherwise. */
    public Answer then(End newEnd) {
      return new Answer(pieces, newEnd);
    }
  }

  private RawUpstream(Function<Request, Answer> script) {
    this.script = script;
    try {
      this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  /** Starts one on a free port of the loopback. */
  public static RawUpstream start(Function<Request, Answer> script) {
    return new RawUpstream(script);
  }

  /** Root of its URLs. */
  public String baseUrl() {
    return "http://127.0.0.1:" + listening.getLocalPort();
  }

  /** The latest call. */
  public Request last() {
    return requests.getLast();
  }

  /** How many calls came in. */
  public int calls() {
    return requests.size();
  }

  /** Every call, in order of arrival. */
  public List<Request> requests() {
    return List.copyOf(requests);
  }

  /** How many callers closed a connection that was left open for them. */
  public int callersLeft() {
    return callersLeft.get();
  }

  @Override
  public void close() {
    try {
      listening.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        Socket connection = listening.accept();
        Thread.ofVirtual().start(() -> serve(connection));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket connection) {
    int number = connections.incrementAndGet();
    try (connection) {
      while (answer(connection, number) == End.NEXT) {
        // Until the caller closes it.
      }
    } catch (IOException e) {
      callersLeft.incrementAndGet();
    }
  }

  private End answer(Socket connection, int number) throws IOException {
    InputStream in = connection.getInputStream();
    Request request = read(number, in);
    requests.add(request);
    Answer answer = script.apply(request);
    OutputStream out = connection.getOutputStream();
    for (byte[] piece : answer.pieces) {
      out.write(piece);
      out.flush();
    }
    switch (answer.end) {
      case CLOSE -> {
        connection.shutdownOutput();
        in.transferTo(OutputStream.nullOutputStream());
      }
      case RESET -> connection.setSoLinger(true, 0);
      case HANG -> {
        in.transferTo(OutputStream.nullOutputStream());
        callersLeft.incrementAndGet();
      }
      case NEXT -> {}
    }
    return answer.end;
  }

  private static Request read(int connection, InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("no request");
      }
      head.write(next);
    }
    String text = head.toString(ISO_8859_1);
    int length = 0;
    for (String line : text.split("\r\n")) {
      if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
        length = Integer.parseInt(line.substring(15).strip());
      }
    }
    return new Request(connection, text, new String(in.readNBytes(length), UTF_8));
  }
}
