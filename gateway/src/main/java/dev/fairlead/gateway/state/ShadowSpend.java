package dev.fairlead.gateway.state;

import java.time.LocalDate;

/**
 * What comparisons with the baseline have cost on a day.
 *
 * @param day in UTC
 * @param nanoUsd nano-dollars, what is under way included
 */
public record ShadowSpend(LocalDate day, long nanoUsd) {}
