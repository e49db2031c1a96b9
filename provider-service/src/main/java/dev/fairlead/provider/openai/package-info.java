/**
 * OpenAI and servers that speak its dialect: chat completions, legacy completions, embeddings.
 * Same-dialect calls are spliced and passed through; typed calls are translated. API:
 * platform.openai.com/docs/api-reference and OpenAPI document v2.3.0 (read November 2026). Known
 * departures of compatible servers are in {@code Quirks}, nowhere else.
 */
@NullMarked
package dev.fairlead.provider.openai;

import org.jspecify.annotations.NullMarked;
