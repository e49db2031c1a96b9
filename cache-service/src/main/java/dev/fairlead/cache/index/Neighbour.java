package dev.fairlead.cache.index;

/**
 * An entry near a question.
 *
 * @param entry the entry
 * @param similarity exact cosine, -1 to 1
 */
public record Neighbour(IndexedEntry entry, double similarity) {}
