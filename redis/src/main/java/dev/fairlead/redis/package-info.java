/**
 * The connection to Redis that replicas share state over: where it is, how it is spoken to,
 * commands and scripts over it. What is kept there, under which names and how, is the services'
 * own.
 */
@NullMarked
package dev.fairlead.redis;

import org.jspecify.annotations.NullMarked;
