package dev.fairlead.tools.train;

import dev.fairlead.onnx.learning.Cholesky;

/**
 * Weighted least squares with an L2 penalty, solved exactly by Cholesky's decomposition. The bias
 * is not penalised.
 *
 * @param penalty above 0
 */
record RidgeTrainer(double penalty) implements HeadTrainer {

  @Override
  public String name() {
    return "ridge(penalty=" + penalty + ")";
  }

  @Override
  public LinearModel fit(Rows rows, long seed) {
    double[][] normal = NormalMatrix.of(rows.inputs(), rows.weights());
    NormalMatrix.penalise(normal, penalty);
    double[] right = NormalMatrix.right(rows.inputs(), rows.targets(), rows.weights());
    return LinearModel.of(Cholesky.of(normal).solve(right));
  }
}
