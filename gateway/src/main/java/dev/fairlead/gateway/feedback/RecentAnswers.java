package dev.fairlead.gateway.feedback;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The answers of late by request id: a table of fixed size in which a newer answer takes the place
 * of an older one with the same slot. Forgetting early costs a rating and nothing else; remembering
 * costs one write. Thread-safe, does not block.
 */
public final class RecentAnswers {

  private final AtomicReferenceArray<Known> slots;

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
    slots.setRelease(slot(answer.requestId()), new Known(answer, null));
  }

  /**
   * Rates the answer to that request of that tenant. Its first rating stays.
   *
   * @return the answer as it was before, so without a rating for the first one; empty when it is
   *     forgotten
   */
  public Optional<Known> rate(String requestId, String tenant, double quality) {
    int slot = slot(requestId);
    while (true) {
      Known known = slots.getAcquire(slot);
      if (known == null || !known.isOf(requestId, tenant)) {
        return Optional.empty();
      }
      Known rated = new Known(known.answer(), quality);
      if (known.rating() != null || slots.compareAndSet(slot, known, rated)) {
        return Optional.of(known);
      }
    }
  }

  private int slot(String requestId) {
    int hash = requestId.hashCode() * 0x9E3779B9;
    return (hash ^ hash >>> 16) & (slots.length() - 1);
  }

  /**
   * An answer that is remembered.
   *
   * @param rating 0 to 1; null while nobody has rated it
   */
  public record Known(ServedAnswer answer, @Nullable Double rating) {
    private boolean isOf(String requestId, String tenant) {
      return answer.requestId().equals(requestId) && answer.tenant().equals(tenant);
    }
  }
}
