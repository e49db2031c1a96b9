/**
 * Google's Gemini API: {@code generateContent} and {@code streamGenerateContent?alt=sse} of {@code
 * v1beta} (ai.google.dev/api/generate-content, read November 2026). Typed requests only. Quirks:
 * function calls may come without an id, a stream has no terminator, models from Gemini 3 on refuse
 * a function call that comes back without its signature, a bad key is a 400.
 */
@NullMarked
package dev.fairlead.provider.gemini;

import org.jspecify.annotations.NullMarked;
