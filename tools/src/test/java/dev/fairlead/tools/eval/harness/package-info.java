/** Tests of the evaluation harness against a gateway that is scripted. */
@NullMarked
package dev.fairlead.tools.eval.harness;

import org.jspecify.annotations.NullMarked;
