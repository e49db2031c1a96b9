/**
 * {@code fairlead ask}: one prompt to a running gateway in the OpenAI dialect, the answer and what
 * it cost. Knows the wire format of a chat completion and nothing of the gateway's inside.
 */
@NullMarked
package dev.fairlead.tools.ask;

import org.jspecify.annotations.NullMarked;
