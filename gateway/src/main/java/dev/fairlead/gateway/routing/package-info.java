/**
 * Which model answers: the name a client asked for, the constraints a model must meet, the policies
 * that order the rest, and what a request is expected to cost. Pure decisions; calling the scorer
 * and the models is not done here.
 */
@NullMarked
package dev.fairlead.gateway.routing;

import org.jspecify.annotations.NullMarked;
