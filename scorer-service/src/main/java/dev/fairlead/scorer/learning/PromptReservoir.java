package dev.fairlead.scorer.learning;

import dev.fairlead.onnx.learning.LabelledPrompt;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A sample of all prompts that a tenant asked of late, labelled or not: each of the last {@value
 * #HORIZON} or so is in it with about the same probability, older ones fade. Thread-safe; a prompt
 * that is not taken costs a counter and a random number.
 */
final class PromptReservoir {

  /** Prompts that are kept. */
  static final int CAPACITY = 512;

  /** Prompts before the sample is believed. */
  static final int LEAST = 64;

  private static final long HORIZON = 8L * CAPACITY;

  private final List<LabelledPrompt> prompts = new ArrayList<>();
  private final AtomicLong asked = new AtomicLong();
  private final AtomicLong nextRenewal = new AtomicLong(LEAST);

  /** Counts a prompt; whether it is to be put in. */
  boolean wants() {
    long count = asked.incrementAndGet();
    return count <= CAPACITY
        || ThreadLocalRandom.current().nextLong(Math.min(count, HORIZON)) < CAPACITY;
  }

  /** Puts in a prompt, whose gain is not looked at. */
  synchronized void put(LabelledPrompt prompt) {
    if (prompts.size() < CAPACITY) {
      prompts.add(prompt);
    } else {
      prompts.set(ThreadLocalRandom.current().nextInt(CAPACITY), prompt);
    }
  }

  /**
   * Whether what was made of the sample should be made anew: each time that twice as many prompts
   * were asked, later every {@value #HORIZON}. True for one caller only.
   */
  boolean renewalIsDue() {
    long due = nextRenewal.get();
    long count = asked.get();
    return count >= due && nextRenewal.compareAndSet(due, count + Math.min(count, HORIZON));
  }

  /** The prompts; few of them do not speak for all. */
  synchronized List<LabelledPrompt> prompts() {
    return List.copyOf(prompts);
  }
}
