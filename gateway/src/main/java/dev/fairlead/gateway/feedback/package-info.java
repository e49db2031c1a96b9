/**
 * What callers say about answers they got: a bounded memory of recent answers, and the port that
 * ratings go to. The cache's error bound is told by the cache's client, not from here.
 */
@NullMarked
package dev.fairlead.gateway.feedback;

import org.jspecify.annotations.NullMarked;
