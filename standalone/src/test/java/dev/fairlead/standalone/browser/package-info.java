/**
 * A real Chromium for tests, driven over the Chrome DevTools protocol with nothing but the JDK's
 * client: start it, look at a page, take what it complains about.
 */
@NullMarked
package dev.fairlead.standalone.browser;

import org.jspecify.annotations.NullMarked;
