package dev.fairlead.cache.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.common.hash.HashCode;
import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/** What was said to one process. */
public final class MemoryRatings implements RatingLog {

  private static final int MOST = 200_000;

  private final Cache<HashCode, Boolean> said =
      Caffeine.newBuilder()
          .maximumSize(MOST)
          .expireAfterWrite(REMEMBERED)
          .executor(Runnable::run)
          .build();

  @Override
  public CompletableFuture<Boolean> first(String what) {
    HashCode digest = Hashing.sha256().hashString(what, StandardCharsets.UTF_8);
    return CompletableFuture.completedFuture(said.asMap().putIfAbsent(digest, true) == null);
  }
}
