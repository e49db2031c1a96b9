/**
 * Where the money went: one immutable row a request, written in batches off the request path into
 * an embedded database or PostgreSQL, kept for a while, then added up by day; and the reports over
 * both. What a request may spend is decided in {@code budget}; who asks is known to {@code keys}.
 */
@NullMarked
package dev.fairlead.gateway.ledger;

import org.jspecify.annotations.NullMarked;
