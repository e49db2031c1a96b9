package dev.fairlead.provider.dialect;

/**
 * What every part of an answer repeats.
 *
 * @param model the model's name as its vendor has it
 * @param createdEpochSeconds when it was made, for an answer that does not say so itself
 * @param uniqueId letters and digits that no other answer has; ids are made of it
 */
public record AnswerHead(String model, long createdEpochSeconds, String uniqueId) {}
