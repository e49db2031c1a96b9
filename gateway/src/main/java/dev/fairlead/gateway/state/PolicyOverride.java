package dev.fairlead.gateway.state;

/**
 * A default policy that an operator has chosen. It wins over the file until the file's own value
 * changes.
 *
 * @param policy label of the chosen policy
 * @param configured what the file said when it was chosen
 */
public record PolicyOverride(String policy, String configured) {}
