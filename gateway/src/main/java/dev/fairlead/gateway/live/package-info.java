/**
 * What models have done lately: how long answers took, how soon they began, how fast they came and
 * how often they failed. Fed by every try, read by policies and by whoever shows it. Objectives and
 * what follows from missing them are in {@code slo}.
 */
@NullMarked
package dev.fairlead.gateway.live;

import org.jspecify.annotations.NullMarked;
