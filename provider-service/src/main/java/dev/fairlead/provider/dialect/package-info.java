/**
 * What clients write and read: requests of each dialect as typed requests, and typed answers as
 * bodies and events of each dialect. Pure translation; nothing here knows a vendor, a connection or
 * when translation is needed. The facts are those of OpenAI's OpenAPI document 2.3.0 and of
 * Anthropic's Messages API, read November 2026.
 */
@NullMarked
package dev.fairlead.provider.dialect;

import org.jspecify.annotations.NullMarked;
