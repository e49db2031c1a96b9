package dev.fairlead.gateway.dialect;

import org.jspecify.annotations.Nullable;

/**
 * How a failure looks over HTTP, apart from its words.
 *
 * @param status HTTP status, 400 to 599
 * @param type OpenAI's error type
 * @param code stable code; null when the type says all
 * @param param path of the offending field; null when there is none
 */
public record HttpFailure(int status, String type, @Nullable String code, @Nullable String param) {}
