package dev.fairlead.tools.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Fits {@code members} networks of one hidden layer by Adam with decoupled weight decay (Loshchilov
 * and Hutter, 2019) and averages them. Single-threaded, so that the sums, and with them every bit
 * of the result, do not depend on scheduling.
 */
record NetworkTrainer(int members, int units, int epochs, double rate, double decay)
    implements HeadTrainer {

  @Override
  public String name() {
    return "network(members=%d, units=%d, epochs=%d, rate=%s, decay=%s)"
        .formatted(members, units, epochs, rate, decay);
  }

  @Override
  public HeadModel fit(Rows rows, long seed) {
    List<NetworkModel> fitted = new ArrayList<>();
    for (int member = 0; member < members; member++) {
      fitted.add(
          new NetworkFit(rows, units, new Random(seed * 1_000 + member)).run(epochs, rate, decay));
    }
    return NetworkModel.mean(fitted);
  }
}
