/**
 * Models: what they are called, where they are served, what they cost, what they can do, and how
 * their tokens are counted. Choosing between them is the gateway's, calling them the provider
 * service's.
 */
@NullMarked
package dev.fairlead.catalog;

import org.jspecify.annotations.NullMarked;
