/**
 * Anthropic's Messages format (docs.claude.com, API version 2023-06-01, read November 2026).
 *
 * <p>Members, block types and beta features that it does not name pass through and count for the
 * digest; the adapter that talks to Anthropic does not live here.
 */
@NullMarked
package dev.fairlead.gateway.dialect.anthropic;

import org.jspecify.annotations.NullMarked;
