package dev.fairlead.cache.bound;

/**
 * What is known about a request and the entry near it.
 *
 * @param similarity cosine, -1 to 1
 * @param margin how much nearer the entry is than the next one, 0 to 2; the whole similarity above
 *     0 when it is the only one
 * @param right how often the entry's answer was found right for another request
 * @param wrong how often it was found wrong
 */
public record Evidence(double similarity, double margin, int right, int wrong) {}
