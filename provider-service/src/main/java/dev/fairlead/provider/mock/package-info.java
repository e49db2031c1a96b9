/**
 * Models without a vendor, for development, load tests and demonstrations: text that depends on
 * seed and prompt only, latencies drawn from a log-normal, errors at a rate. Not a test double for
 * failures; that is the test kit's {@code ScriptedUpstream}.
 */
@NullMarked
package dev.fairlead.provider.mock;

import org.jspecify.annotations.NullMarked;
