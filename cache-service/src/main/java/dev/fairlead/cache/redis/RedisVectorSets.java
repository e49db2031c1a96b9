package dev.fairlead.cache.redis;

import dev.fairlead.cache.index.IndexedEntry;
import dev.fairlead.cache.index.Neighbour;
import dev.fairlead.cache.index.VectorStore;
import dev.fairlead.cache.store.CacheEntry;
import dev.fairlead.cache.store.Embedding;
import dev.fairlead.cache.store.EntryStore;
import dev.fairlead.cache.store.FlushFilter;
import dev.fairlead.cache.store.ScopeKey;
import dev.fairlead.cache.store.StoreGuard;
import dev.fairlead.cache.verify.AnswerDigest;
import dev.fairlead.redis.RedisLink;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.redisson.api.RScript.ReturnType;
import org.redisson.api.vector.VectorSimilarArgs;
import org.redisson.client.protocol.ScoredEntry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Vectors in Redis 8: one vector set (a graph over 8-bit numbers) for each scope and encoder, whose
 * elements are ids of entries. It proposes, the entries decide: each candidate is read from the
 * store and compared again exactly, so that what is gone, expired or of another scope cannot be
 * returned, and an id without an entry is dropped where it is met. Every write looks at a few
 * random ids for the same reason, and a set that nobody writes to goes by itself.
 *
 * <p>A server that has no vector sets is asked again after a minute; until then nothing is found by
 * vector.
 *
 * @see <a href="https://redis.io/docs/latest/develop/data-types/vector-sets/">Redis vector sets</a>
 */
public final class RedisVectorSets implements VectorStore {

  private static final Logger logger = LoggerFactory.getLogger(RedisVectorSets.class);

  /** Candidates beyond those asked for: the order of 8-bit numbers is not quite the true one. */
  private static final int SPARE = 4;

  /** What 8 bits may be off by. */
  private static final double COARSE = 0.05;

  private static final int SAMPLED = 2;

  /** Adds a vector and returns ids of the set to be looked at. */
  private static final String ADD =
      """
      redis.call('vadd', KEYS[1], 'FP32', ARGV[1], ARGV[2])
      redis.call('pexpire', KEYS[1], ARGV[3])
      return redis.call('vrandmember', KEYS[1], ARGV[4])
      """;

  private static final int ROUNDS = 3;
  private static final Duration UNSUPPORTED_FOR = Duration.ofMinutes(1);
  private static final long NEVER = Long.MIN_VALUE;

  private final RedisLink link;
  private final RedisKeys keys;
  private final StoreGuard guard;
  private final EntryStore entries;
  private final Duration lifetime;
  private final InstantSource clock;
  private final AtomicLong unsupportedSince = new AtomicLong(NEVER);

  /**
   * Keeps vectors over a link.
   *
   * @param guard of calls on the request path
   * @param entries where the entries lie
   * @param lifetime the longest that an entry is kept: how long a set without writes stays
   */
  public RedisVectorSets(
      RedisLink link,
      StoreGuard guard,
      EntryStore entries,
      Duration lifetime,
      InstantSource clock) {
    this.link = link;
    this.keys = RedisKeys.of(link);
    this.guard = guard;
    this.entries = entries;
    this.lifetime = lifetime;
    this.clock = clock;
  }

  @Override
  public CompletableFuture<Void> put(IndexedEntry entry) {
    String key = keys.vectors(entry.key().scope(), entry.encoder());
    CompletableFuture<List<byte[]>> sample =
        supported(
            key,
            List.of(),
            () ->
                link.script(
                    ADD,
                    ReturnType.LIST,
                    List.of(key),
                    bytes(entry.embedding()),
                    entry.id(),
                    lifetime.toMillis(),
                    SAMPLED));
    return sample.thenAccept(
        ids -> ids.forEach(id -> dropUnlessKept(key, new String(id, StandardCharsets.US_ASCII))));
  }

  private void dropUnlessKept(String key, String id) {
    var unused =
        link.call(redisson -> redisson.getBucket(keys.entry(id)).isExistsAsync())
            .thenAccept(exists -> {
              if (!exists) {
                var unusedToo = drop(key, id);
              }
            });
  }

  private CompletableFuture<Void> drop(String key, String id) {
    return supported(
            key, false, () -> link.call(redisson -> redisson.getVectorSet(key).removeAsync(id)))
        .handle((removed, error) -> null);
  }

  /** An entry that is in the store no more is not returned in any case, and dropped when met. */
  @Override
  public CompletableFuture<Void> remove(String id) {
    return entries
        .find(id)
        .thenCompose(found ->
            found
                .filter(entry -> entry.embedding() != null)
                .map(entry -> drop(keys.vectors(entry.key().scope(), entry.encoder()), id))
                .orElseGet(() -> CompletableFuture.completedFuture(null)))
        .exceptionally(error -> null);
  }

  @Override
  public CompletableFuture<Void> remove(IndexedEntry entry) {
    return drop(keys.vectors(entry.key().scope(), entry.encoder()), entry.id());
  }

  /** Nothing: {@link #flushed} is told of each entry. */
  @Override
  public void flush(FlushFilter filter) {}

  /** Drops the vectors of entries that were removed together. */
  public void flushed(List<CacheEntry> removed) {
    for (CacheEntry entry : removed) {
      if (entry.embedding() != null) {
        var unused = drop(keys.vectors(entry.key().scope(), entry.encoder()), entry.id());
      }
    }
  }

  @Override
  public CompletableFuture<List<Neighbour>> nearest(
      ScopeKey scope, String encoder, Embedding query, int limit, double least) {
    return round(new Search(keys.vectors(scope, encoder), encoder, query, limit, least), 1);
  }

  private record Search(String key, String encoder, Embedding query, int limit, double least) {

    int candidates() {
      return limit + SPARE;
    }

    /** Whether the entry's vector is of this set; another answer to its request may have none. */
    boolean fits(CacheEntry entry) {
      Embedding embedding = entry.embedding();
      return embedding != null
          && embedding.dimension() == query.dimension()
          && entry.encoder().equals(encoder);
    }

    /** Redis' score is (1 + cosine) / 2. */
    boolean promising(ScoredEntry<String> candidate) {
      return 2 * candidate.getScore() - 1 >= least - COARSE;
    }
  }

  /** Asks again where ids of entries that are gone took the places of others. */
  private CompletableFuture<List<Neighbour>> round(Search search, int round) {
    return candidates(search)
        .thenCompose(ids ->
            read(search, ids)
                .thenCompose(read -> {
                  boolean again =
                      read.gone() > SPARE && ids.size() == search.candidates() && round < ROUNDS;
                  return again
                      ? round(search, round + 1)
                      : CompletableFuture.completedFuture(read.near());
                }));
  }

  private CompletableFuture<List<String>> candidates(Search search) {
    return supported(
            search.key(),
            List.<ScoredEntry<String>>of(),
            () ->
                guard.call(() ->
                    link.call(redisson ->
                        redisson
                            .getVectorSet(search.key())
                            .getSimilarEntriesAsync(
                                VectorSimilarArgs.vector(bytes(search.query()))
                                    .count(search.candidates())))))
        .thenApply(scored ->
            scored.stream().filter(search::promising).map(ScoredEntry::getValue).toList());
  }

  /**
   * @param gone candidates that the store does not have, or has without this vector
   */
  private record Read(List<Neighbour> near, int gone) {}

  private CompletableFuture<Read> read(Search search, List<String> ids) {
    List<CompletableFuture<Optional<CacheEntry>>> reads = ids.stream().map(entries::find).toList();
    return CompletableFuture.allOf(reads.toArray(CompletableFuture[]::new))
        .thenCompose(done -> {
          List<CompletableFuture<Void>> drops = new ArrayList<>();
          List<Neighbour> near = new ArrayList<>(ids.size());
          Instant now = clock.instant();
          for (int i = 0; i < ids.size(); i++) {
            Optional<CacheEntry> found = reads.get(i).join();
            if (found.isEmpty() || !search.fits(found.get())) {
              drops.add(drop(search.key(), ids.get(i)));
            } else {
              neighbour(search, found.get(), now).ifPresent(near::add);
            }
          }
          near.sort(Neighbour.NEAREST_FIRST);
          Read read =
              new Read(
                  List.copyOf(near.subList(0, Math.min(search.limit(), near.size()))),
                  drops.size());
          return CompletableFuture.allOf(drops.toArray(CompletableFuture[]::new))
              .thenApply(dropped -> read);
        });
  }

  private Optional<Neighbour> neighbour(Search search, CacheEntry entry, Instant now) {
    Embedding embedding = entry.embedding();
    if (embedding == null || entry.expired(now)) {
      return Optional.empty();
    }
    double cosine = search.query().cosine(embedding);
    return cosine < search.least()
        ? Optional.empty()
        : Optional.of(
            new Neighbour(
                IndexedEntry.of(entry, AnswerDigest.of(entry.answer().getText())), cosine));
  }

  @Override
  public int dimension(ScopeKey scope, String encoder) {
    return 0;
  }

  /** None: they are in Redis. */
  @Override
  public int size() {
    return 0;
  }

  @Override
  public void sweep(Instant now) {}

  /** Runs a command on a set; {@code otherwise} where the server has no such commands. */
  private <T> CompletableFuture<T> supported(
      String key, T otherwise, Supplier<CompletionStage<T>> command) {
    long since = unsupportedSince.get();
    if (since != NEVER && System.nanoTime() - since < UNSUPPORTED_FOR.toNanos()) {
      return CompletableFuture.completedFuture(otherwise);
    }
    return command
        .get()
        .toCompletableFuture()
        .handle((value, error) -> {
          if (error == null) {
            unsupportedSince.set(NEVER);
            return CompletableFuture.completedFuture(value);
          }
          return explained(key, error)
              ? CompletableFuture.completedFuture(otherwise)
              : CompletableFuture.<T>failedFuture(dimensionOr(error));
        })
        .thenCompose(result -> result);
  }

  /** Whether a failure says that there are no vectors, rather than that they cannot be had. */
  private boolean explained(String key, Throwable error) {
    if (RedisErrors.says(error, "unknown command")) {
      if (unsupportedSince.getAndSet(System.nanoTime()) == NEVER) {
        logger.error(
            "cache.vectors is redis, but the server has no vector sets (Redis 8 has them): nothing"
                + " is found by vector");
      }
      return true;
    }
    if (RedisErrors.wrongType(error)) {
      var unused = link.call(redisson -> redisson.getKeys().unlinkAsync(key));
      return true;
    }
    return false;
  }

  private static Throwable dimensionOr(Throwable error) {
    return RedisErrors.says(error, "dimension")
        ? new IllegalArgumentException(String.valueOf(error.getMessage()), error)
        : error;
  }

  /** Numbers of 32 bits, least significant byte first, as Redis reads them. */
  private static byte[] bytes(Embedding embedding) {
    float[] values = embedding.toArray();
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }
}
