package dev.fairlead.gateway.ledger;

import dev.fairlead.gateway.journal.Chunk;

/**
 * How far a journal was carried into a ledger.
 *
 * @param journal its name, at most 36 characters
 */
public record JournalPlace(String journal, Chunk.Position position) {}
