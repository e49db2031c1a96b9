package dev.fairlead.tools.eval.harness;

/**
 * What a model made of a prompt.
 *
 * @param quality of its answer by the prompt's check, 0 to 1; 0 when it gave none
 * @param costUsd what the gateway charged
 * @param latencyMillis until the whole answer was there
 * @param answered whether there was an answer
 */
record Outcome(
    String promptId,
    String model,
    double quality,
    double costUsd,
    double latencyMillis,
    boolean answered) {}
