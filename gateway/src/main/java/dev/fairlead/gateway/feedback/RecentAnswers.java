package dev.fairlead.gateway.feedback;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The answers of late by request id: a table of fixed size in which a newer answer takes the place
 * of an older one with the same slot. Forgetting early costs a rating and nothing else; remembering
 * costs one write. Thread-safe, does not block.
 */
public final class RecentAnswers {

  private final AtomicReferenceArray<ServedAnswer> slots;

  /**
   * A memory.
   *
   * @param slots a power of two, 1 to 2^24
   */
  public RecentAnswers(int slots) {
    if (slots < 1 || slots > 1 << 24 || Integer.bitCount(slots) != 1) {
      throw new IllegalArgumentException(
          "slots: " + slots + " (expected: a power of two in 1..16777216)");
    }
    this.slots = new AtomicReferenceArray<>(slots);
  }

  /** Remembers an answer. */
  public void remember(ServedAnswer answer) {
    slots.setRelease(slot(answer.requestId()), answer);
  }

  /** The answer to that request of that tenant, unless it is forgotten. */
  public Optional<ServedAnswer> find(String requestId, String tenant) {
    ServedAnswer known = slots.getAcquire(slot(requestId));
    return known != null && known.requestId().equals(requestId) && known.tenant().equals(tenant)
        ? Optional.of(known)
        : Optional.empty();
  }

  private int slot(String requestId) {
    int hash = requestId.hashCode() * 0x9E3779B9;
    return (hash ^ hash >>> 16) & (slots.length() - 1);
  }
}
