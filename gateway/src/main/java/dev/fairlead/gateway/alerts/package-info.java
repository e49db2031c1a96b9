/**
 * What an operator is told of without asking: as a log event, a metric and a signed webhook. What
 * is worth telling is decided where it happens, but for unusual spending, which is found here.
 */
@NullMarked
package dev.fairlead.gateway.alerts;

import org.jspecify.annotations.NullMarked;
