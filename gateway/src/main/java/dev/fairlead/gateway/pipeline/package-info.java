/**
 * The life of a request from admission to settlement: one state machine for every door (HTTP,
 * gRPC), every form (bytes, typed) and both ways of answering (complete, streamed). It knows no
 * HTTP and no JSON; doors give it a request and a sink.
 */
@NullMarked
package dev.fairlead.gateway.pipeline;

import org.jspecify.annotations.NullMarked;
