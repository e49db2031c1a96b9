/**
 * One HTTP call to a vendor: sent, read on its connection's event loop with back-pressure and
 * bounds, ended exactly once; and what a vendor's status or silence means. What the bytes mean is
 * each adapter's own {@code AnswerReader}. No redirects are followed, no proxy is used, compressed
 * answers are refused.
 */
@NullMarked
package dev.fairlead.provider.http;

import org.jspecify.annotations.NullMarked;
