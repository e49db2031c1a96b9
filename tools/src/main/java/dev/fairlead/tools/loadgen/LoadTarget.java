package dev.fairlead.tools.loadgen;

import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * Who is asked, and what.
 *
 * @param prompts at least one
 * @param seed of the prompts' order
 * @param warmup how long it was asked before, uncounted
 * @param useCache false to ask that nothing is answered from the cache or kept there
 */
record LoadTarget(
    URI gateway,
    Workload.Wish wish,
    List<String> prompts,
    long seed,
    Duration warmup,
    boolean useCache) {

  LoadTarget {
    prompts = List.copyOf(prompts);
  }
}
