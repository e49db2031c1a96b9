/**
 * What tests of this and other modules use in place of vendors, clocks and listeners. Published as
 * the test jar.
 */
@NullMarked
package dev.fairlead.provider.testkit;

import org.jspecify.annotations.NullMarked;
