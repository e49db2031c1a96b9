package dev.fairlead.gateway.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {

  private static final long LIMIT = 64 << 20;

  @TempDir private Path home;

  private Path path() {
    return home.resolve("journal");
  }

  private Journal<String> open() throws IOException {
    return open(LIMIT);
  }

  private Journal<String> open(long limit) throws IOException {
    return Journal.open(path(), new Texts(), limit);
  }

  private static List<String> texts(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "record " + i).toList();
  }

  private static void append(Journal<String> journal, List<String> texts) throws IOException {
    for (int from = 0; from < texts.size(); ) {
      int count = journal.append(texts.subList(from, texts.size()));
      assertThat(count).isPositive();
      from += count;
    }
  }

  private static List<String> carry(Journal<String> journal, int most) throws IOException {
    List<String> carried = new ArrayList<>();
    for (Chunk<String> chunk = journal.next(most);
        !chunk.records().isEmpty();
        chunk = journal.next(most)) {
      assertThat(chunk.records()).hasSizeLessThanOrEqualTo(most);
      carried.addAll(chunk.records());
      journal.done(chunk);
    }
    return carried;
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(path())) {
      return files.filter(file -> file.toString().endsWith(".journal")).sorted().toList();
    }
  }

  @Test
  void records_comeInTheirOrder_whileOthersAreAppended() throws Exception {
    try (Journal<String> journal = open(8 << 20);
        ExecutorService other = Executors.newSingleThreadExecutor()) {
      Future<?> appended =
          other.submit(() -> {
            for (int i = 0; i < 2000; i++) {
              append(journal, texts(100 * i, 100 * i + 100));
            }
            return null;
          });
      List<String> carried = new ArrayList<>();
      while (carried.size() < 200_000) {
        assertThat(appended.isDone() && journal.waiting() == 0).isFalse();
        carried.addAll(carry(journal, 333));
      }
      appended.get();
      assertThat(carried).isEqualTo(texts(0, 200_000));
      assertThat(journal.waiting()).isZero();
      assertThat(journal.damages()).isZero();
      assertThat(files()).hasSizeLessThanOrEqualTo(2);
    }
    assertThat(files()).isEmpty();
  }

  @Test
  void fullFiles_areClosed_whenAnotherThreadSynchronisesMeanwhile() throws Exception {
    try (Journal<String> journal = open(8 << 20);
        ExecutorService other = Executors.newSingleThreadExecutor()) {
      Future<?> appended =
          other.submit(() -> {
            append(journal, texts(0, 200_000));
            return null;
          });
      do {
        journal.sync(true);
      } while (!appended.isDone());
      appended.get();
      journal.sync(true);

      assertThat(files()).as("files that became full").hasSizeGreaterThan(3);
      assertThat(openForWriting()).as("of them the last one").isEqualTo(1);
      append(journal, texts(200_000, 200_010));
      assertThat(carry(journal, 1000)).isEqualTo(texts(0, 200_010));
    }
  }

  /** Files of the journal that this process has open; none for reading before the first chunk. */
  private long openForWriting() throws IOException {
    try (Stream<Path> handles = Files.list(Path.of("/proc/self/fd"))) {
      return handles
          .filter(handle -> {
            try {
              return Files.readSymbolicLink(handle).toString().endsWith(".journal")
                  && Files.readSymbolicLink(handle).startsWith(path().toRealPath());
            } catch (IOException e) {
              return false; // closed since it was listed
            }
          })
          .count();
    }
  }

  @Test
  void records_areThere_whenTheProcessDied() throws Exception {
    Journal<String> dead = open(4 << 20);
    append(dead, texts(0, 50_000));
    Chunk<String> chunk = dead.next(40_000);
    dead.done(chunk);
    dead.next(100);
    Path copy = copyOfWhatTheSystemHas();
    dead.close();
    try (Journal<String> journal = Journal.open(copy, new Texts(), 4 << 20)) {
      int done = chunk.records().size();
      assertThat(journal.waiting()).isEqualTo(50_000 - done);
      append(journal, texts(50_000, 50_010));
      assertThat(carry(journal, 1000)).isEqualTo(texts(done, 50_010));
      assertThat(journal.waiting()).isZero();
    }
  }

  /** What a process finds that starts when another one was killed now. */
  private Path copyOfWhatTheSystemHas() throws IOException {
    Path copy = Files.createDirectory(home.resolve("copy"));
    try (Stream<Path> files = Files.list(path())) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
    }
    return copy;
  }

  @Test
  void resume_goesOnBehindAChunkThatWasTaken_whenTheProcessDiedBeforeItWasDone() throws Exception {
    Journal<String> dead = open(4 << 20);
    append(dead, texts(0, 50_000));
    dead.done(dead.next(1000));
    Chunk<String> taken = dead.next(40_000);
    String name = dead.name();
    Path copy = copyOfWhatTheSystemHas();
    dead.close();
    int next = 1000 + taken.records().size();
    try (Journal<String> journal = Journal.open(copy, new Texts(), 4 << 20)) {
      assertThat(journal.name()).isEqualTo(name);
      journal.resume(taken.end());
      assertThat(journal.waiting()).isEqualTo(50_000 - next);
      List<String> inherited = new ArrayList<>();
      journal.inherited(inherited::add);
      assertThat(inherited).isEqualTo(texts(next, 50_000));
      append(journal, texts(50_000, 50_010));
      assertThat(carry(journal, 1000)).isEqualTo(texts(next, 50_010));
    }
  }

  @Test
  void resume_changesNothing_atAPlaceThatTheJournalNeverHad() throws Exception {
    try (Journal<String> journal = open()) {
      append(journal, texts(0, 10));
    }
    for (Chunk.Position place :
        List.of(
            new Chunk.Position(0, 1 << 20, 5),
            new Chunk.Position(0, 100, 11),
            new Chunk.Position(700, 100, 5))) {
      try (Journal<String> journal = open()) {
        journal.resume(place);
        assertThat(journal.next(100).records()).as("%s", place).isEqualTo(texts(0, 10));
      }
    }
  }

  @Test
  void name_isNew_onceNothingIsLeft() throws Exception {
    String name;
    try (Journal<String> journal = open()) {
      name = journal.name();
      append(journal, texts(0, 10));
    }
    try (Journal<String> journal = open()) {
      assertThat(journal.name()).isEqualTo(name);
      assertThat(carry(journal, 100)).hasSize(10);
    }
    try (Journal<String> journal = open()) {
      assertThat(journal.name()).hasSize(36).isNotEqualTo(name);
    }
  }

  @Test
  void newRecords_areNotTakenForDone_whenTheFilesBeforeAreGone() throws Exception {
    for (int round = 0; round < 3; round++) {
      try (Journal<String> journal = open()) {
        append(journal, texts(10 * round, 10 * round + 10));
        assertThat(journal.waiting()).isEqualTo(10);
        assertThat(carry(journal, 4)).isEqualTo(texts(10 * round, 10 * round + 10));
      }
      assertThat(files()).isEmpty();
    }
  }

  @Test
  void chunk_comesAgain_untilItIsDone() throws Exception {
    try (Journal<String> journal = open()) {
      append(journal, texts(0, 10));
      assertThat(journal.next(4).records()).isEqualTo(texts(0, 4));
      assertThat(journal.next(6).records()).isEqualTo(texts(0, 6));
      assertThat(journal.waiting()).isEqualTo(10);
      journal.done(journal.next(3));
      assertThat(journal.waiting()).isEqualTo(7);
      assertThat(journal.next(100).records()).isEqualTo(texts(3, 10));
    }
  }

  @Test
  void tornEnd_isCutAndCounted_whereverItWasTorn() throws Exception {
    try (Journal<String> journal = open()) {
      append(journal, texts(0, 3));
    }
    Path file = files().getFirst();
    byte[] whole = Files.readAllBytes(file);
    int last = whole.length - (whole.length - Segment.HEADER) / 3;
    for (int length = last + 1; length < whole.length; length++) {
      Files.write(file, java.util.Arrays.copyOf(whole, length));
      Files.deleteIfExists(path().resolve("done"));
      try (Journal<String> journal = open()) {
        assertThat(journal.waiting()).isEqualTo(2);
        append(journal, List.of("after"));
        assertThat(carry(journal, 10)).containsExactly("record 0", "record 1", "after");
        assertThat(journal.damages()).isEqualTo(1);
        assertThat(journal.waiting()).isZero();
      }
      Files.write(file, whole);
    }
  }

  @Test
  void damage_costsTheRecordsThatItHits_andIsCountedOnce() throws Exception {
    try (Journal<String> journal = open()) {
      append(journal, texts(0, 5));
    }
    Path file = files().getFirst();
    byte[] whole = Files.readAllBytes(file);
    int size = (whole.length - Segment.HEADER) / 5;
    for (int at = Segment.HEADER + 2 * size; at < Segment.HEADER + 3 * size; at++) {
      byte[] hurt = whole.clone();
      hurt[at] ^= 0x55;
      Files.write(file, hurt);
      Files.deleteIfExists(path().resolve("done"));
      try (Journal<String> journal = open()) {
        assertThat(carry(journal, 10))
            .as("byte %d", at)
            .containsExactly("record 0", "record 1", "record 3", "record 4");
        assertThat(journal.damages()).isEqualTo(1);
      }
      Files.write(file, whole);
    }
  }

  @Test
  void fileOfAnotherKind_isPassedOver() throws Exception {
    Files.createDirectories(path());
    Files.writeString(path().resolve("0000000000000000.journal"), "something else altogether");
    Files.writeString(path().resolve("notes.txt"), "kept");
    try (Journal<String> journal = open()) {
      append(journal, texts(0, 3));
      assertThat(carry(journal, 10)).isEqualTo(texts(0, 3));
      assertThat(journal.damages()).isEqualTo(1);
    }
    assertThat(path().resolve("notes.txt")).exists();
  }

  @Test
  void damagedWordOfWhatIsDone_bringsRecordsAgain() throws Exception {
    try (Journal<String> journal = open()) {
      append(journal, texts(0, 10));
      journal.done(journal.next(5));
    }
    try (FileChannel done = FileChannel.open(path().resolve("done"), StandardOpenOption.WRITE)) {
      done.write(ByteBuffer.wrap("?".getBytes(StandardCharsets.US_ASCII)), 9);
    }
    try (Journal<String> journal = open()) {
      assertThat(carry(journal, 100)).isEqualTo(texts(0, 10));
    }
  }

  @Test
  void nothingIsTaken_fromTheLimitOn_untilRecordsAreDone() throws Exception {
    try (Journal<String> journal = open(1 << 20)) {
      List<String> large = List.of("x".repeat(10_000));
      int taken = 0;
      while (journal.append(large) == 1) {
        taken++;
      }
      assertThat(taken).isBetween(90, 110);
      assertThat(journal.fill()).isBetween(1.0, 1.1);
      assertThat(journal.append(large)).isZero();
      assertThat(carry(journal, 50)).hasSize(taken);
      assertThat(journal.append(large)).isEqualTo(1);
    }
  }

  @Test
  void recordsOfAnySize_areCarried() throws Exception {
    List<String> texts =
        List.of("", "\uD83D\uDE00".repeat(100_000), "\u0000", "y".repeat(1_000_000), "end");
    try (Journal<String> journal = open()) {
      append(journal, texts);
      assertThat(carry(journal, 2)).isEqualTo(texts);
      assertThatThrownBy(() -> journal.append(List.of("z".repeat(2 << 20))))
          .isInstanceOf(IllegalArgumentException.class);
      append(journal, List.of("still"));
      assertThat(carry(journal, 2)).containsExactly("still");
    }
  }

  @Test
  void files_areTheOwnersAlone() throws Exception {
    try (Journal<String> journal = open()) {
      append(journal, texts(0, 1));
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path())))
          .isEqualTo("rwx------");
      try (Stream<Path> files = Files.list(path())) {
        assertThat(files.toList())
            .hasSize(4)
            .allSatisfy(file ->
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------"));
      }
    }
  }

  @Test
  void second_isRefused_whileTheFirstIsOpen() throws Exception {
    try (Journal<String> journal = open()) {
      assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContaining("in use");
      append(journal, texts(0, 1));
    }
    open().close();
  }

  private static final class Texts implements RecordFormat<String> {
    @Override
    public void write(String record, RecordOutput output) {
      output.text(record);
    }

    @Override
    public String read(RecordInput input) {
      return input.text();
    }
  }
}
