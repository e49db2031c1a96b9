package dev.fairlead.tools.train;

import dev.fairlead.onnx.learning.Cholesky;

/**
 * Multinomial logistic regression with an L2 penalty, every group weighing the same. Steps with a
 * fixed bound of the curvature never overshoot (D. Böhning, 1992), so there is no rate to choose.
 *
 * @param penalty above 0
 * @param steps 1 or more
 */
record GateTrainer(double penalty, int steps) {

  /** Fits to rows whose groups are 0, 1, ... without a gap. */
  GateModel fit(Rows rows) {
    int[] groups = rows.groups();
    int kinds = rows.kinds().length;
    double[] weights = balance(groups, kinds);
    double[][] bound = NormalMatrix.of(rows.inputs(), weights);
    for (int i = 0; i < bound.length; i++) {
      for (int j = 0; j <= i; j++) {
        bound[i][j] /= 2;
      }
      bound[i][i] += penalty;
    }
    Cholesky curvature = Cholesky.of(bound);
    double[][] solutions = new double[kinds][bound.length];
    for (int step = 0; step < steps; step++) {
      step(rows, weights, solutions, curvature);
    }
    LinearModel[] models = new LinearModel[kinds];
    for (int kind = 0; kind < kinds; kind++) {
      models[kind] = LinearModel.of(solutions[kind]);
    }
    return new GateModel(models);
  }

  private void step(Rows rows, double[] weights, double[][] solutions, Cholesky curvature) {
    int kinds = solutions.length;
    double[][] gradient = new double[kinds][solutions[0].length];
    double[] scores = new double[kinds];
    for (int row = 0; row < rows.size(); row++) {
      float[] input = rows.inputs()[row];
      for (int kind = 0; kind < kinds; kind++) {
        scores[kind] = score(solutions[kind], input);
      }
      GateModel.softmax(scores);
      for (int kind = 0; kind < kinds; kind++) {
        double error = weights[row] * (scores[kind] - (rows.groups()[row] == kind ? 1 : 0));
        add(gradient[kind], input, error);
      }
    }
    for (int kind = 0; kind < kinds; kind++) {
      for (int i = 0; i < gradient[kind].length; i++) {
        gradient[kind][i] += penalty * solutions[kind][i];
      }
      double[] change = curvature.solve(gradient[kind]);
      for (int i = 0; i < change.length; i++) {
        solutions[kind][i] -= change[i];
      }
    }
  }

  private static double[] balance(int[] groups, int kinds) {
    int[] counts = new int[kinds];
    for (int group : groups) {
      counts[group]++;
    }
    double[] weights = new double[groups.length];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = groups.length / (double) kinds / counts[groups[i]];
    }
    return weights;
  }

  private static double score(double[] solution, float[] input) {
    double sum = solution[input.length];
    for (int i = 0; i < input.length; i++) {
      sum += solution[i] * input[i];
    }
    return sum;
  }

  private static void add(double[] gradient, float[] input, double error) {
    for (int i = 0; i < input.length; i++) {
      gradient[i] += error * input[i];
    }
    gradient[input.length] += error;
  }
}
