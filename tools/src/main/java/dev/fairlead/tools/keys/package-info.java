/**
 * {@code fairlead keys}: lists, makes and ends API keys of a running gateway through its admin API.
 * What a key may do is the gateway's to say.
 */
@NullMarked
package dev.fairlead.tools.keys;

import org.jspecify.annotations.NullMarked;
