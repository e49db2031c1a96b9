/**
 * Anthropic's Messages API ({@code POST /v1/messages}, version 2023-06-01;
 * platform.claude.com/docs/en/api/messages and /messages-streaming, read November 2026). Requests
 * of its own dialect are spliced and passed through, thinking blocks byte for byte; typed ones are
 * translated. Quirks: an output bound is required, cached tokens are counted outside the input
 * tokens, a stream ends with {@code message_stop}, which the edge writes itself, overload is 529.
 */
@NullMarked
package dev.fairlead.provider.anthropic;

import org.jspecify.annotations.NullMarked;
