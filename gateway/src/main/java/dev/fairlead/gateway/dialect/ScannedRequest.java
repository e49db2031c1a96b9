package dev.fairlead.gateway.dialect;

import dev.fairlead.v1.RawRequest;

/**
 * A validated request in the client's own bytes.
 *
 * @param facts what routing, cache and limits need
 * @param raw the bytes, wrapped without a copy, with the spans of every top-level member
 * @param includeUsage whether the client asked for the usage event of a stream
 * @param controls the wishes stated in the body's {@code fairlead} object, which must not reach an
 *     upstream
 */
public record ScannedRequest(
    RequestFacts facts, RawRequest raw, boolean includeUsage, Controls controls) {}
