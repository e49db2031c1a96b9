package dev.fairlead.provider.registry;

/**
 * A provider as it is configured. Equal configuration gives an equal value, so that a reload can
 * tell what has changed.
 *
 * @param config the kind's own record; keys in it are secrets that do not print
 */
record ConfiguredProvider(String name, ProviderKind kind, Object config) {}
