package dev.fairlead.provider.sse;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * Cuts a stream of bytes, split anywhere, into events. An event whose lines end in line feeds and
 * that has no comment is given on as it came, without a copy where it lies in one piece of input;
 * any other is written anew with line feeds and without comments. Events without data are dropped.
 * What comes after {@code [DONE]} is ignored. Not thread-safe.
 */
public final class SseFramer {

  private static final byte[] DATA = {'d', 'a', 't', 'a'};
  private static final byte[] MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
  private static final byte[] DONE = {'[', 'D', 'O', 'N', 'E', ']'};

  private final SseSink sink;
  private final int maxEventBytes;

  /**
   * The unfinished event: bytes {@code 0..pendingLength}; only ever appended to, because sinks hold
   * parts of it.
   */
  private byte[] pending = {};

  private int pendingLength;

  // Offsets from the start of the current event.
  private int scanned;
  private int lineStart;
  private int[] dataLines = new int[8];
  private int dataLineCount;

  private boolean rewrite;
  private boolean marked;
  private boolean skipLineFeed;
  private boolean firstLine = true;
  private boolean done;
  private boolean tooLong;

  /** A framer; an event longer than {@code maxEventBytes} ends it. */
  public SseFramer(SseSink sink, int maxEventBytes) {
    this.sink = sink;
    this.maxEventBytes = maxEventBytes;
  }

  /** Whether {@code [DONE]} has come. */
  public boolean done() {
    return done;
  }

  /**
   * Takes the next bytes, which must not be changed afterwards.
   *
   * @return false when an event is longer than it may be; the framer must not be used further
   */
  public boolean feed(byte[] bytes, int from, int to) {
    if (done || tooLong) {
      return !tooLong;
    }
    if (pendingLength == 0) {
      scan(bytes, from, to, false);
    } else {
      append(bytes, from, to);
      scan(pending, 0, pendingLength, true);
    }
    return !tooLong && pendingLength <= maxEventBytes;
  }

  /** The input has ended: an event that lacks its blank line is given on too. */
  public void end() {
    if (!done && pendingLength > 0) {
      byte[] blankLine = {'\n', '\n'};
      rewrite = true;
      feed(blankLine, 0, blankLine.length);
    }
  }

  private void append(byte[] bytes, int from, int to) {
    int length = to - from;
    if (pendingLength + length > pending.length) {
      pending = Arrays.copyOf(pending, Math.max(pending.length * 2, pendingLength + length));
    }
    System.arraycopy(bytes, from, pending, pendingLength, length);
    pendingLength += length;
  }

  private void scan(byte[] work, int from, int to, boolean inPending) {
    int event = from;
    int pos = event + scanned;
    while (pos < to && !done && !tooLong) {
      byte b = work[pos];
      if (skipLineFeed) {
        skipLineFeed = false;
        if (b == '\n') {
          pos++;
          lineStart = pos - event;
          if (lineStart == 1) {
            event = pos;
            lineStart = 0;
          }
          continue;
        }
      }
      if (b != '\n' && b != '\r') {
        pos++;
        continue;
      }
      rewrite |= b == '\r';
      skipLineFeed = b == '\r';
      int lineEnd = pos++;
      if (line(work, event, event + lineStart, lineEnd)) {
        dispatch(work, event, pos);
        event = pos;
      } else {
        lineStart = pos - event;
      }
    }
    keep(work, event, to, inPending);
    scanned = pos - event;
  }

  /** Whether the line is the blank one that ends an event. */
  private boolean line(byte[] work, int event, int from, int to) {
    int start = from;
    if (firstLine) {
      firstLine = false;
      if (startsWithMark(work, from, to)) {
        start = from + MARK.length;
        marked = true;
        rewrite = true;
      }
    }
    if (start == to) {
      return true;
    }
    if (work[start] == ':') {
      rewrite = true;
    } else if (to - start >= 4 && Arrays.equals(work, start, start + 4, DATA, 0, 4)) {
      int value = start + 4;
      if (value == to || work[value] == ':') {
        value = Math.min(value + 1, to);
        if (value < to && work[value] == ' ') {
          value++;
        }
        addDataLine(value - event, to - event);
      }
    }
    return false;
  }

  /** A byte order mark, which only the first line of a stream can have. */
  private static boolean startsWithMark(byte[] work, int from, int to) {
    return to - from >= MARK.length
        && Arrays.equals(work, from, from + MARK.length, MARK, 0, MARK.length);
  }

  private void addDataLine(int from, int to) {
    if (dataLineCount * 2 == dataLines.length) {
      dataLines = Arrays.copyOf(dataLines, dataLines.length * 2);
    }
    dataLines[dataLineCount * 2] = from;
    dataLines[dataLineCount * 2 + 1] = to;
    dataLineCount++;
  }

  private void dispatch(byte[] work, int event, int end) {
    tooLong = end - event > maxEventBytes;
    if (dataLineCount > 0 && !tooLong) {
      byte[] data = work;
      int dataFrom = event + dataLines[0];
      int dataTo = event + dataLines[1];
      if (dataLineCount > 1) {
        data = joined(work, event);
        dataFrom = 0;
        dataTo = data.length;
      }
      if (isDone(data, dataFrom, dataTo)) {
        done = true;
        sink.onDone();
      } else if (rewrite) {
        byte[] raw = rewritten(work, event, end);
        sink.onEvent(raw, 0, raw.length, data, dataFrom, dataTo);
      } else {
        sink.onEvent(work, event, end, data, dataFrom, dataTo);
      }
    }
    dataLineCount = 0;
    lineStart = 0;
    rewrite = false;
    marked = false;
  }

  private static boolean isDone(byte[] data, int from, int to) {
    int end = to;
    while (end > from && data[end - 1] == ' ') {
      end--;
    }
    return Arrays.equals(data, from, end, DONE, 0, DONE.length);
  }

  private byte[] joined(byte[] work, int event) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < dataLineCount; i++) {
      if (i > 0) {
        out.write('\n');
      }
      out.write(work, event + dataLines[2 * i], dataLines[2 * i + 1] - dataLines[2 * i]);
    }
    return out.toByteArray();
  }

  /** The event's lines with line feeds, without comments and byte order mark. */
  private byte[] rewritten(byte[] work, int from, int to) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(to - from + 2);
    int start = marked ? from + MARK.length : from;
    for (int pos = start; pos < to; pos++) {
      if (work[pos] == '\n' || work[pos] == '\r') {
        if (pos > start && work[start] != ':') {
          out.write(work, start, pos - start);
          out.write('\n');
        }
        start = pos + 1;
      }
    }
    out.write('\n');
    return out.toByteArray();
  }

  /** Keeps the unfinished event; bytes that sinks may hold are left where they are. */
  private void keep(byte[] work, int event, int to, boolean inPending) {
    if (event == to || done) {
      pending = new byte[0];
      pendingLength = 0;
    } else if (!inPending || event > 0) {
      pending = Arrays.copyOfRange(work, event, to);
      pendingLength = to - event;
    }
  }
}
