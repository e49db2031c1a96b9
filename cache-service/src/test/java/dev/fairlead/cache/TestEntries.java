package dev.fairlead.cache;

import com.google.protobuf.ByteString;
import dev.fairlead.cache.store.CacheEntry;
import dev.fairlead.cache.store.Embedding;
import dev.fairlead.cache.store.EntryKey;
import dev.fairlead.cache.store.ScopeKey;
import dev.fairlead.v1.CachedAnswer;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.FinishReason;
import dev.fairlead.v1.RawAnswer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Entries for tests. */
public final class TestEntries {

  private TestEntries() {}

  /** 32 bytes that depend on {@code seed}. */
  public static ByteString digest(String seed) {
    byte[] bytes = new byte[32];
    new Random(seed.hashCode()).nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }

  /** A scope of a tenant. */
  public static ScopeKey scope(String tenant) {
    return new ScopeKey(tenant, "auto", digest("scope"));
  }

  /** An answer in the OpenAI dialect. */
  public static CachedAnswer answer(String text) {
    return CachedAnswer.newBuilder()
        .setRaw(
            RawAnswer.newBuilder()
                .setDialect(Dialect.DIALECT_OPENAI_CHAT)
                .setBody(ByteString.copyFromUtf8("{\"content\":\"" + text + "\"}")))
        .setModelId("gpt-4o-mini")
        .setFinishReason(FinishReason.FINISH_REASON_STOP)
        .setText(text)
        .build();
  }

  /** An entry without a vector. */
  public static CacheEntry entry(
      ScopeKey scope, String text, Instant storedAt, Duration ttl, String... tags) {
    return entry(scope, text, null, storedAt, ttl, tags);
  }

  /** An entry. */
  public static CacheEntry entry(
      ScopeKey scope,
      String text,
      @Nullable Embedding embedding,
      Instant storedAt,
      Duration ttl,
      String... tags) {
    return new CacheEntry(
        EntryKey.of(scope, digest(text)),
        text,
        embedding,
        embedding == null ? "" : "encoder-1",
        answer("answer to " + text),
        List.of(tags),
        storedAt,
        storedAt.plus(ttl),
        "key-1",
        "request-1");
  }
}
