package dev.fairlead.gateway.dialect;

import org.jspecify.annotations.Nullable;

/**
 * How a stored complete answer is told again as a stream.
 *
 * @param id id to give every event; null keeps the stored one
 * @param createdEpochSeconds time to give every event; null keeps the stored one
 * @param model model name to give every event; null keeps the stored one
 * @param pieceCharacters about how many characters of text one event carries, at least 1
 */
public record CachedReplay(
    @Nullable String id,
    @Nullable Long createdEpochSeconds,
    @Nullable String model,
    int pieceCharacters) {

  /** Everything as stored, in pieces of 64 characters. */
  public static final CachedReplay AS_STORED = new CachedReplay(null, null, null, 64);

  /** Checks the range. */
  public CachedReplay {
    if (pieceCharacters < 1) {
      throw new IllegalArgumentException(
          "pieceCharacters: " + pieceCharacters + " (expected: 1 or more)");
    }
  }
}
