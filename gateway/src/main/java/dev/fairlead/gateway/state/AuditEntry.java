package dev.fairlead.gateway.state;

import java.time.Instant;

/**
 * One change by an operator.
 *
 * @param who address that it came from
 * @param what what was changed
 * @param before value before, as text
 * @param after value after, as text
 */
public record AuditEntry(Instant time, String who, String what, String before, String after) {}
