/**
 * Translation in the path of a call: decides whether a call needs it, and puts decoder and encoder
 * of the client's dialect around an adapter that takes typed requests. What the dialects look like
 * is {@code provider.dialect}'s.
 */
@NullMarked
package dev.fairlead.provider.translation;

import org.jspecify.annotations.NullMarked;
