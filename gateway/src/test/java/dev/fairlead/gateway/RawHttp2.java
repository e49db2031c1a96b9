package dev.fairlead.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** An HTTP/2 connection with prior knowledge whose frames a test writes and reads itself. */
final class RawHttp2 implements AutoCloseable {

  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int PRIORITY = 2;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PING = 6;
  static final int GOAWAY = 7;
  static final int WINDOW_UPDATE = 8;
  static final int CONTINUATION = 9;

  static final int ACK = 1;
  static final int END_STREAM = 1;
  static final int END_HEADERS = 4;
  static final int ENHANCE_YOUR_CALM = 11;

  private static final String CHAT = "/v1/chat/completions";

  /** A frame as it came. */
  record Frame(int type, int flags, int stream, byte[] payload) {

    /** Error code of a GOAWAY or RST_STREAM. */
    int error() {
      return ByteBuffer.wrap(payload).getInt(type == GOAWAY ? 4 : 0);
    }

    String text() {
      return new String(payload, UTF_8);
    }
  }

  private final Socket socket;
  private final OutputStream out;
  private final DataInputStream in;

  private RawHttp2(Socket socket) throws IOException {
    this.socket = socket;
    this.out = socket.getOutputStream();
    this.in = new DataInputStream(socket.getInputStream());
  }

  /**
   * Connects.
   *
   * @param settings identifiers and values by turns
   */
  static RawHttp2 connect(int port, int... settings) throws IOException {
    return over(new Socket("127.0.0.1", port), settings);
  }

  /** Begins on a connection that is there, such as one with TLS. */
  static RawHttp2 over(Socket socket, int... settings) throws IOException {
    socket.setSoTimeout(20_000);
    RawHttp2 connection = new RawHttp2(socket);
    ByteBuffer payload = ByteBuffer.allocate(settings.length * 3);
    for (int i = 0; i < settings.length; i += 2) {
      payload.putShort((short) settings[i]).putInt(settings[i + 1]);
    }
    connection.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(UTF_8));
    connection.send(SETTINGS, 0, 0, payload.array());
    return connection;
  }

  void write(byte[] bytes) throws IOException {
    out.write(bytes);
  }

  void send(int type, int flags, int stream, byte... payload) throws IOException {
    write(frame(type, flags, stream, payload));
  }

  static byte[] frame(int type, int flags, int stream, byte... payload) {
    return ByteBuffer.allocate(9 + payload.length)
        .put((byte) (payload.length >>> 16))
        .putShort((short) payload.length)
        .put((byte) type)
        .put((byte) flags)
        .putInt(stream)
        .put(payload)
        .array();
  }

  static byte[] number(int value) {
    return ByteBuffer.allocate(4).putInt(value).array();
  }

  /** The head of a POST of JSON to the chat endpoint. */
  void post(int stream) throws IOException {
    send(HEADERS, END_HEADERS, stream, postHead());
  }

  /** A whole chat request. */
  void post(int stream, String body) throws IOException {
    post(stream);
    send(DATA, END_STREAM, stream, body.getBytes(UTF_8));
  }

  /** In literal HPACK. */
  static byte[] postHead() {
    return postHead("a");
  }

  /**
   * The same for other hosts.
   *
   * @param authority null for none
   */
  static byte[] postHead(@Nullable String authority, String... hosts) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    block.write(0x83);
    block.write(0x86);
    literal(block, 4, CHAT);
    if (authority != null) {
      literal(block, 1, authority);
    }
    block.write(0x0f);
    block.write(0x10);
    block.write("application/json".length());
    block.writeBytes("application/json".getBytes(UTF_8));
    for (String host : hosts) {
      block.write(0x0f);
      literal(block, 0x17, host);
    }
    return block.toByteArray();
  }

  private static void literal(ByteArrayOutputStream block, int name, String value) {
    block.write(name);
    block.write(value.length());
    block.writeBytes(value.getBytes(UTF_8));
  }

  Frame read() throws IOException {
    int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
    int type = in.readUnsignedByte();
    int flags = in.readUnsignedByte();
    int stream = in.readInt();
    return new Frame(type, flags, stream, in.readNBytes(length));
  }

  /** The next frame of that type. */
  Frame read(int type) throws IOException {
    Frame frame = read();
    while (frame.type() != type) {
      frame = read();
    }
    return frame;
  }

  /** Error code of the connection's end; -1 when it was reset before that could be read. */
  int goAwayCode() throws IOException {
    try {
      return read(GOAWAY).error();
    } catch (EOFException | SocketException closed) {
      return -1;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
