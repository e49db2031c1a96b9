package dev.fairlead.cache.verify;

import dev.fairlead.cache.store.Embedding;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Makes vectors of texts. Thread-safe, does not block. */
public interface TextEncoder {

  /**
   * One vector a text, in order, all of one dimension. Fails when the encoder is away, too slow or
   * busy.
   *
   * @param texts 1 to 32, none blank
   */
  CompletableFuture<List<Embedding>> encode(List<String> texts);
}
