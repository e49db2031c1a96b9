package dev.fairlead.gateway.keys;

import dev.fairlead.common.failure.Failure;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whose a credential is, in memory only: never blocks, and works on with the keys last
 * known while their store is away. Thread-safe.
 */
public final class KeyDirectory {

  private final SharedKeyBook book;
  private final boolean mayBeOpen;
  private final InstantSource clock;
  private volatile KeyIndex index = new KeyIndex(KeyBook.EMPTY);

  /**
   * A directory of a book that others keep fresh.
   *
   * @param mayBeOpen whether requests need no key as long as no key was ever made
   */
  public KeyDirectory(SharedKeyBook book, boolean mayBeOpen, InstantSource clock) {
    this.book = book;
    this.mayBeOpen = mayBeOpen;
    this.clock = clock;
  }

  /** Whether the keys were read at least once; until then every request is refused with 503. */
  public boolean ready() {
    return book.known();
  }

  /**
   * Whose a credential is.
   *
   * @param credential as presented, without the scheme; null or empty for none
   * @throws dev.fairlead.common.failure.FailureException Unauthenticated when it is nobody's,
   *     UpstreamUnavailable while the keys are not known, or this one is not and their store is
   *     away
   */
  public Principal authenticate(@Nullable String credential) {
    if (!book.known()) {
      throw new Failure.UpstreamUnavailable(
              "the keys are not known yet, so no request can be let in", 0, Duration.ofSeconds(1))
          .asException();
    }
    KeyIndex current = index();
    if (mayBeOpen && current.book.keys().isEmpty()) {
      return current.anonymous;
    }
    if (credential == null || credential.isEmpty()) {
      throw refused(
          current.book.keys().isEmpty()
              ? "no API key: none exists yet, and requests without one are not let in (expected:"
                  + " a key of `fairlead keys create`)"
              : "no API key (expected: Authorization: Bearer <key>, or x-api-key: <key>)");
    }
    TokenHash hash = TokenHash.of(credential);
    Principal found = current.find(hash, clock.instant());
    if (found == null) {
      throw book.reachable() || current.knows(hash)
          ? refused("the API key is unknown, expired or revoked")
          : new Failure.UpstreamUnavailable(
                  "the API key is not known here, and the keys cannot be read at the moment",
                  0,
                  Duration.ofSeconds(1))
              .asException();
    }
    return found;
  }

  private static RuntimeException refused(String message) {
    return new Failure.Unauthenticated(message).asException();
  }

  private KeyIndex index() {
    KeyIndex known = index;
    KeyBook newest = book.current();
    if (known.book != newest) {
      known = new KeyIndex(newest);
      index = known;
    }
    return known;
  }
}
