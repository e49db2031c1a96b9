/**
 * OpenAI's Responses format without state (github.com/openai/openai-openapi, v2.3.0, read November
 * 2026): text, images, tools, JSON schemas, named events and usage.
 *
 * <p>What needs an answer to be kept between calls is refused by name. The adapters that talk to
 * OpenAI do not live here.
 */
@NullMarked
package dev.fairlead.gateway.dialect.responses;

import org.jspecify.annotations.NullMarked;
