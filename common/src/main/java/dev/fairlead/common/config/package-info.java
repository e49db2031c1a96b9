/**
 * Configuration: a YAML file over reference defaults, with environment names, bound to validated
 * records. What the keys mean is said by the module that owns the section.
 */
@NullMarked
package dev.fairlead.common.config;

import org.jspecify.annotations.NullMarked;
