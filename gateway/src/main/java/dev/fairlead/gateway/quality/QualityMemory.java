package dev.fairlead.gateway.quality;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What was seen of models' quality: what is known to be kept, and what this gateway has seen since.
 * Thread-safe, does not block: requests read fields.
 */
final class QualityMemory {

  private final AtomicReference<Parts> parts =
      new AtomicReference<>(new Parts(QualityBook.EMPTY, QualityBook.EMPTY, QualityBook.EMPTY));

  /**
   * Disjoint parts of what was seen.
   *
   * @param kept by the store, as it was last read or written
   * @param telling on its way to the store
   * @param fresh seen since then
   */
  private record Parts(QualityBook kept, QualityBook telling, QualityBook fresh) {

    Seen everywhere(String model, double gain, Instant now) {
      return kept.everywhere(model, gain, now)
          .plus(telling.everywhere(model, gain, now))
          .plus(fresh.everywhere(model, gain, now));
    }

    Seen of(String tenant, String model, double gain, Instant now) {
      return kept.of(tenant, model, gain, now)
          .plus(telling.of(tenant, model, gain, now))
          .plus(fresh.of(tenant, model, gain, now));
    }
  }

  /**
   * What is known of a model.
   *
   * @param own what was seen at the tenant
   * @param others what was seen at the others
   */
  record Known(Seen own, Seen others) {}

  Known known(String tenant, String model, double gain, Instant now) {
    Parts all = parts.get();
    Seen own = all.of(tenant, model, gain, now);
    return new Known(own, all.everywhere(model, gain, now).without(own));
  }

  void add(String tenant, String model, double gain, double quality, Instant now) {
    parts.updateAndGet(all ->
        new Parts(all.kept(), all.telling(), all.fresh().plus(tenant, model, gain, quality, now)));
  }

  /** What is to be told to the store; one caller at a time, until it was {@link #told} or not. */
  QualityBook begin() {
    return parts
        .updateAndGet(all -> new Parts(all.kept(), all.fresh(), QualityBook.EMPTY))
        .telling();
  }

  /** The store has all of it, and has this. */
  void told(QualityBook kept) {
    parts.updateAndGet(all -> new Parts(kept, QualityBook.EMPTY, all.fresh()));
  }

  /** The store does not have it; it is told the next time. */
  void untold(Instant now) {
    parts.updateAndGet(all ->
        all.telling().empty()
            ? all
            : new Parts(all.kept(), QualityBook.EMPTY, all.telling().plus(all.fresh(), now)));
  }
}
