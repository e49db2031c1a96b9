package dev.fairlead.cache.bound;

/**
 * Whose traffic is judged together: all scopes of a tenant and requested model. A single scope (one
 * system prompt, one set of tools) sees too few labels to learn from.
 *
 * @param tenant owner of the entries
 * @param model model name the client asked for
 */
public record Group(String tenant, String model) {}
