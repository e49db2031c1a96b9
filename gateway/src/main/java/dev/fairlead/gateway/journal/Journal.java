package dev.fairlead.gateway.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records in files: appended by one thread, synchronised by a second, carried away in their order
 * by a third, and kept until the latter says that they are done. What was appended survives the
 * process, what was synchronised survives the machine. Records that are done come again when the
 * word of it was lost, unless {@link #resume} is told by whoever has them. Everything blocks; the
 * methods say which thread they belong to.
 */
public final class Journal<T> implements AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(Journal.class);
  private static final long MOST_SEGMENT_BYTES = 8 << 20;
  private static final int WRITE_BYTES = 1 << 18;
  private static final long CHUNK_BYTES = 4 << 20;

  private final JournalDirectory directory;
  private final Checkpoint checkpoint;
  private final RecordFormat<T> format;
  private final long limitBytes;
  private final long segmentBytes;
  private final ConcurrentLinkedDeque<Segment> segments = new ConcurrentLinkedDeque<>();
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong damages = new AtomicLong();
  private final AtomicLong end = new AtomicLong();
  private final List<Segment> inherited = new ArrayList<>();
  private String name = "";
  private volatile long done;

  // Of the thread that appends.
  private final RecordOutput output = new RecordOutput();
  private @Nullable Segment active;

  // Set by the thread that appends; closed, once there is another one, by the one that
  // synchronises.
  private volatile @Nullable FileChannel channel;
  private final Queue<FileChannel> full = new ConcurrentLinkedQueue<>();

  // Of the thread that carries away.
  private Chunk.@Nullable Position from;
  private @Nullable Segment reading;
  private @Nullable SegmentReader reader;
  private long number;

  private Journal(
      JournalDirectory directory, Checkpoint checkpoint, RecordFormat<T> format, long limitBytes) {
    this.directory = directory;
    this.checkpoint = checkpoint;
    this.format = format;
    this.limitBytes = limitBytes;
    this.segmentBytes = Math.min(MOST_SEGMENT_BYTES, limitBytes / 8);
  }

  /**
   * Opens a directory's journal, with what an earlier process has left in it.
   *
   * @param limitBytes size from which on nothing is taken, 1 MiB or more; passed by one write at
   *     most
   * @throws IOException when the directory cannot be written, or another process has it open
   */
  public static <T> Journal<T> open(Path path, RecordFormat<T> format, long limitBytes)
      throws IOException {
    JournalDirectory directory = JournalDirectory.open(path);
    try {
      Journal<T> journal = new Journal<>(directory, directory.checkpoint(), format, limitBytes);
      journal.recover();
      return journal;
    } catch (IOException e) {
      directory.close();
      throw e;
    }
  }

  private void recover() throws IOException {
    Chunk.Position last = checkpoint.read();
    for (Segment segment : directory.segments()) {
      boolean carried = last != null && segment.first() < last.segment();
      if (carried || segment.length() <= Segment.HEADER) {
        Files.delete(segment.file());
      } else {
        segments.add(segment);
        bytes.addAndGet(segment.length());
      }
    }
    inherited.addAll(segments);
    name = directory.name(inherited.isEmpty());
    long known = last == null ? 0 : last.number();
    Segment oldest = segments.peekFirst();
    Segment newest = segments.peekLast();
    if (oldest == null || newest == null) {
      end.set(known);
      done = known;
      return;
    }
    boolean resumes = last != null && last.segment() == oldest.first();
    from = resumes ? last : null;
    done = resumes ? known : oldest.first();
    end.set(Math.max(known, newest.first() + Math.max(1, count(newest))));
  }

  private static long count(Segment segment) throws IOException {
    long count = 0;
    try (SegmentReader records = SegmentReader.open(segment, Segment.HEADER, (from, to) -> {})) {
      while (records.next(segment.length())) {
        count++;
      }
    }
    return count;
  }

  /** What this journal is called, also after a restart as long as records are left in it. */
  public String name() {
    return name;
  }

  /**
   * Goes on where the receiver of the records says that the last chunk ended, which it knows better
   * than this directory; for the carrying thread, before anything else. A place that this journal
   * never had changes nothing.
   */
  public void resume(Chunk.Position place) throws IOException {
    boolean had =
        place.number() <= end.get()
            && inherited.stream()
                .anyMatch(segment ->
                    segment.first() == place.segment() && place.offset() <= segment.length());
    if (!had) {
      return;
    }
    while (inherited.getFirst().first() < place.segment()) {
      forget(inherited.removeFirst());
    }
    from = place;
    done = place.number();
  }

  /**
   * Shows the records that an earlier process has left and that are not done; for the carrying
   * thread, before the first {@link #next}.
   */
  public void inherited(Consumer<T> reader) throws IOException {
    for (Segment segment : inherited) {
      Chunk.Position start = from;
      boolean resumes = start != null && start.segment() == segment.first();
      long offset = resumes && start != null ? start.offset() : Segment.HEADER;
      try (SegmentReader records = SegmentReader.open(segment, offset, (low, high) -> {})) {
        boolean known = records.known();
        while (known && records.next(segment.length())) {
          show(records, reader);
        }
      }
    }
    inherited.clear();
  }

  private void show(SegmentReader records, Consumer<T> reader) {
    T record;
    try {
      record = format.read(records.record());
    } catch (IllegalArgumentException e) {
      logger.debug("a record of the journal says nothing known, as will be told", e);
      return;
    }
    reader.accept(record);
  }

  /**
   * Appends from the front of a list what one write takes; for the appending thread.
   *
   * @return records that were appended; 0 when the journal is full
   * @throws IOException when the disk does not take it; none was appended then
   */
  public int append(List<T> records) throws IOException {
    if (bytes.get() >= limitBytes) {
      return 0;
    }
    output.clear();
    int count = 0;
    for (Iterator<T> left = records.iterator();
        left.hasNext() && output.size() < WRITE_BYTES;
        count++) {
      output.begin();
      format.write(left.next(), output);
      output.end();
    }
    if (count > 0) {
      write(output.written());
      end.addAndGet(count);
    }
    return count;
  }

  private void write(ByteBuffer written) throws IOException {
    Segment segment = active;
    FileChannel open = channel;
    if (segment == null || open == null || segment.length() > segmentBytes) {
      segment = rotate();
      open = segment.channel();
      channel = open;
      active = segment;
      segments.add(segment);
      bytes.addAndGet(segment.length());
    }
    long at = segment.length();
    while (written.hasRemaining()) {
      at += open.write(written, at);
    }
    bytes.addAndGet(at - segment.length());
    segment.length(at);
  }

  private Segment rotate() throws IOException {
    leaveActive();
    return Segment.create(directory.path(), end.get());
  }

  private void leaveActive() {
    FileChannel open = channel;
    Segment segment = active;
    if (open != null) {
      full.add(open);
    }
    channel = null;
    active = null;
    if (segment != null) {
      segment.seal();
    }
  }

  /**
   * Has the disk take what was appended, and closes files that are full; for the synchronising
   * thread. To be called now and then: until then full files stay open.
   *
   * @param forced false only closes them
   */
  public void sync(boolean forced) throws IOException {
    // The present one first: it may become full meanwhile, and is then forced once more.
    FileChannel open = channel;
    if (forced && open != null) {
      open.force(false);
    }
    while (!full.isEmpty()) {
      try (FileChannel old = full.remove()) {
        if (forced) {
          old.force(false);
        }
      }
    }
  }

  /**
   * The records after those that are done, once more when it is asked again before {@link #done};
   * for the carrying thread.
   *
   * @param most records that it holds
   */
  public Chunk<T> next(int most) throws IOException {
    List<T> records = new ArrayList<>();
    for (Segment segment = segments.peekFirst(); segment != null; segment = segments.peekFirst()) {
      boolean sealed = segment.sealed();
      long length = segment.length();
      Optional<SegmentReader> open = reader(segment);
      if (open.isPresent()) {
        SegmentReader found = open.get();
        read(found, length, most, records);
        Chunk.Position position = new Chunk.Position(segment.first(), found.offset(), number);
        if (!records.isEmpty() || !sealed) {
          return new Chunk<>(records, position);
        }
      }
      forget(segment);
    }
    return new Chunk<>(records, new Chunk.Position(end.get(), Segment.HEADER, end.get()));
  }

  private void read(SegmentReader found, long length, int most, List<T> records)
      throws IOException {
    long begin = found.offset();
    while (records.size() < most && found.offset() - begin < CHUNK_BYTES && found.next(length)) {
      number++;
      try {
        records.add(format.read(found.record()));
      } catch (IllegalArgumentException e) {
        damages.incrementAndGet();
        logger.error(
            "the journal's record before byte {} of {} says nothing known and is passed over",
            found.offset(),
            directory.path());
      }
    }
  }

  private Optional<SegmentReader> reader(Segment segment) throws IOException {
    Chunk.Position start = from;
    if (reading == segment
        && reader != null
        && start != null
        && reader.offset() == start.offset()) {
      return Optional.of(reader);
    }
    closeReader();
    boolean resumes = start != null && start.segment() == segment.first();
    long offset = resumes && start != null ? start.offset() : Segment.HEADER;
    number = resumes && start != null ? start.number() : segment.first();
    SegmentReader opened =
        SegmentReader.open(segment, offset, (low, high) -> damaged(segment, low, high));
    if (!opened.known()) {
      opened.close();
      damaged(segment, 0, segment.length());
      return Optional.empty();
    }
    from = new Chunk.Position(segment.first(), offset, number);
    reading = segment;
    reader = opened;
    return Optional.of(opened);
  }

  private void damaged(Segment segment, long low, long high) {
    damages.incrementAndGet();
    logger.error(
        "bytes {} to {} of {} cannot be read and are passed over", low, high, segment.file());
  }

  /** Says that a chunk's records need not be kept; for the carrying thread. */
  public void done(Chunk<T> chunk) throws IOException {
    from = chunk.end();
    done = chunk.end().number();
    checkpoint.write(chunk.end());
    Segment segment = segments.peekFirst();
    if (segment != null
        && segment.first() == chunk.end().segment()
        && segment.sealed()
        && segment.length() <= chunk.end().offset()) {
      forget(segment);
    }
  }

  private void forget(Segment segment) throws IOException {
    closeReader();
    segments.pollFirst();
    bytes.addAndGet(-segment.length());
    Segment next = segments.peekFirst();
    done = Math.max(done, next == null ? end.get() : next.first());
    from = null;
    Files.deleteIfExists(segment.file());
  }

  private void closeReader() throws IOException {
    SegmentReader open = reader;
    reader = null;
    reading = null;
    if (open != null) {
      open.close();
    }
  }

  /** Number that the next record gets; any thread. */
  public long end() {
    return end.get();
  }

  /** Number of the first record that is not done; any thread. */
  public long done() {
    return done;
  }

  /** Records that are not done; any thread. */
  public long waiting() {
    return Math.max(0, end.get() - done);
  }

  /** Bytes of all files; any thread. */
  public long bytes() {
    return bytes.get();
  }

  /** Bytes of all files as a share of the limit, from 0 on; any thread. */
  public double fill() {
    return (double) bytes.get() / limitBytes;
  }

  /** Stretches of bytes that could not be read since the journal was opened; any thread. */
  public long damages() {
    return damages.get();
  }

  /** Lets go of the files once no thread works any more; those that are done are deleted. */
  @Override
  public void close() throws IOException {
    try (directory;
        checkpoint) {
      leaveActive();
      sync(true);
      closeReader();
      if (waiting() == 0) {
        for (Segment segment : segments) {
          Files.deleteIfExists(segment.file());
        }
      }
    }
  }
}
