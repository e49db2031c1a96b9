/**
 * Who asks: keys of tenants and teams, what a key may do and spend, and how a caller's credential
 * becomes a {@link dev.fairlead.gateway.keys.Principal}. Counting requests is {@code limits}, money
 * {@code budget}.
 */
@NullMarked
package dev.fairlead.gateway.keys;

import org.jspecify.annotations.NullMarked;
