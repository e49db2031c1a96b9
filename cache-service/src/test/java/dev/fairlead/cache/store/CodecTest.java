package dev.fairlead.cache.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.fairlead.cache.TestEntries;
import dev.fairlead.cache.bound.Evidence;
import dev.fairlead.cache.bound.Group;
import dev.fairlead.cache.bound.Label;
import dev.fairlead.cache.bound.LabelCodec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CodecTest {

  private static final Instant NOW = Instant.parse("2026-11-01T00:00:00.123Z");

  private static CacheEntry entry() {
    return TestEntries.entry(
        TestEntries.scope("acme"),
        "text",
        Embedding.of(1, 2, 3),
        NOW,
        Duration.ofSeconds(5),
        "a",
        "b");
  }

  @Test
  void entry_survivesEncoding() {
    CacheEntry entry = entry();
    CacheEntry decoded = EntryCodec.decode(EntryCodec.encode(entry)).orElseThrow();
    assertThat(decoded)
        .usingRecursiveComparison()
        .usingOverriddenEquals()
        .ignoringFields("embedding")
        .isEqualTo(entry);
    assertThat(Objects.requireNonNull(decoded.embedding()).cosine(Embedding.of(1, 2, 3)))
        .isCloseTo(1, org.assertj.core.data.Offset.offset(1e-6));
  }

  @Test
  void entry_isUnreadable_whenAnyByteDiffers() {
    byte[] bytes = EntryCodec.encode(entry());
    for (int i = 0; i < bytes.length; i++) {
      byte[] changed = bytes.clone();
      changed[i] ^= 0x10;
      assertThat(EntryCodec.decode(changed)).as("byte " + i).isEmpty();
    }
  }

  @Test
  void entry_isUnreadable_whenCut() {
    byte[] bytes = EntryCodec.encode(entry());
    for (int length = 0; length < bytes.length; length++) {
      assertThat(EntryCodec.decode(Arrays.copyOf(bytes, length))).as("length " + length).isEmpty();
    }
  }

  @Test
  void keys_differ_whenAnyPartDoes() {
    ByteString one = TestEntries.digest("1");
    List<EntryKey> keys =
        List.of(
            EntryKey.of(new ScopeKey("ab", "c", one), one),
            EntryKey.of(new ScopeKey("a", "bc", one), one),
            EntryKey.of(new ScopeKey("ab", "c", TestEntries.digest("2")), one),
            EntryKey.of(new ScopeKey("ab", "c", one), TestEntries.digest("2")));
    assertThat(keys.stream().map(EntryKey::id).distinct()).hasSize(4);
  }

  @Test
  void changes_surviveEncoding() {
    List<Change> changes =
        List.of(
            new Change.Stored("id"),
            new Change.Removed("id"),
            new Change.Covered("id"),
            new Change.LeaseFreed("id", "lease"),
            new Change.Flushed(new FlushFilter("t", null, "tag", NOW)),
            new Change.Flushed(new FlushFilter(null, "m", null, NOW)),
            new Change.Labelled(ByteString.copyFromUtf8("label")),
            new Change.Reported(ByteString.EMPTY),
            new Change.Rated("id", true),
            new Change.Missed());
    for (Change change : changes) {
      assertThat(ChangeCodec.decode(ChangeCodec.encode("replica", change)))
          .hasValue(new ChangeCodec.Message("replica", change));
    }
  }

  @Test
  void changes_areSkipped_whenTheyAreNoise() {
    Random random = new Random(1);
    for (int i = 0; i < 10_000; i++) {
      byte[] noise = new byte[random.nextInt(60)];
      random.nextBytes(noise);
      assertThat(ChangeCodec.decode(noise)).isEmpty();
    }
  }

  @Test
  void labels_surviveEncoding() {
    Label label =
        new Label(
            new Group("t", "m"), "id", new Evidence(0.93, 0.1, 3, 0.75, 2, 1), true, 10, false, 17);
    assertThat(LabelCodec.decode(LabelCodec.encode(label))).hasValue(label);
    assertThat(LabelCodec.decode(LabelCodec.encode(label).substring(0, 20))).isEmpty();
    ByteString newer = ByteString.copyFrom(new byte[] {2}).concat(LabelCodec.encode(label));
    assertThat(LabelCodec.decode(newer)).isEmpty();
    assertThat(LabelCodec.decode(LabelCodec.encode(label).substring(1))).isEmpty();
    assertThat(LabelCodec.decode(LabelCodec.encode(label).concat(newer))).isEmpty();
  }
}
