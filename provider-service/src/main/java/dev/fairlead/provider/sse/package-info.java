/**
 * Server-sent events as vendors send them: cut out of a byte stream, whole and unchanged. What the
 * events mean is the adapters' matter. Format: WHATWG HTML standard, section 9.2 (read November
 * 2026).
 */
@NullMarked
package dev.fairlead.provider.sse;

import org.jspecify.annotations.NullMarked;
