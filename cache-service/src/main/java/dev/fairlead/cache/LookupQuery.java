package dev.fairlead.cache;

import dev.fairlead.cache.store.Embedding;
import dev.fairlead.cache.store.EntryKey;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A checked question.
 *
 * @param key of the request
 * @param text the last user text; empty when unknown
 * @param embedding of the text; null for an exact lookup only
 * @param encoder fingerprint of the encoder; empty without an embedding
 * @param eligible whether semantic hits are allowed for the request
 * @param maxAge oldest acceptable entry; null means any
 * @param acquireLease whether a miss asks for the right to make the answer
 * @param patience how long to wait for another that makes it; 0 means not at all
 * @param leastSimilarity what a near entry must have at least, whatever the policy says, 0 to 1
 * @param refreshes whether the caller can make a fresh answer behind a hit
 * @param leaseId what the right is called that it may get; empty when the service chooses
 * @param again whether an earlier lookup of the request was refused the right, and told of what is
 *     near
 * @param dryRun whether nothing may come of it but the answer
 */
record LookupQuery(
    EntryKey key,
    String text,
    @Nullable Embedding embedding,
    String encoder,
    boolean eligible,
    @Nullable Duration maxAge,
    boolean acquireLease,
    Duration patience,
    double leastSimilarity,
    boolean refreshes,
    String leaseId,
    boolean again,
    boolean dryRun) {

  LookupQuery withPatience(Duration wait) {
    return new LookupQuery(
        key,
        text,
        embedding,
        encoder,
        eligible,
        maxAge,
        acquireLease,
        wait,
        leastSimilarity,
        refreshes,
        leaseId,
        again,
        dryRun);
  }
}
