/**
 * OpenAI's formats: Chat Completions and Embeddings (github.com/openai/openai-openapi, v2.3.0, read
 * November 2026).
 *
 * <p>Fields that the specification does not name pass through and count for the digest; the
 * adapters that talk to OpenAI do not live here.
 */
@NullMarked
package dev.fairlead.gateway.dialect.openai;

import org.jspecify.annotations.NullMarked;
