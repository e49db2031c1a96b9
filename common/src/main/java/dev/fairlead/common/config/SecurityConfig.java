package dev.fairlead.common.config;

/**
 * Section {@code security}.
 *
 * @param adminToken bearer token of the admin API; empty switches it off
 * @param serviceToken shared by all services of a mesh; empty switches the check off
 */
public record SecurityConfig(Secret adminToken, Secret serviceToken) {}
