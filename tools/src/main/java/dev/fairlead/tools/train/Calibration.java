package dev.fairlead.tools.train;

/**
 * Platt scaling: probability = 1 / (1 + exp(-(slope * score + offset))), fitted by Newton's method
 * on scores that the model gave to prompts it was not fitted on (J. Platt, 1999).
 */
record Calibration(double slope, double offset) {

  private static final int MAX_STEPS = 100;

  static Calibration fit(double[] scores, boolean[] outcomes, double[] weights) {
    double slope = 1;
    double offset = 0;
    for (int step = 0; step < MAX_STEPS; step++) {
      double g0 = 0;
      double g1 = 0;
      double h00 = 1e-9;
      double h01 = 0;
      double h11 = 1e-9;
      for (int i = 0; i < scores.length; i++) {
        double p = sigmoid(slope * scores[i] + offset);
        double error = weights[i] * (p - (outcomes[i] ? 1 : 0));
        double curvature = weights[i] * p * (1 - p);
        g0 += error * scores[i];
        g1 += error;
        h00 += curvature * scores[i] * scores[i];
        h01 += curvature * scores[i];
        h11 += curvature;
      }
      double determinant = h00 * h11 - h01 * h01;
      double stepSlope = (h11 * g0 - h01 * g1) / determinant;
      double stepOffset = (h00 * g1 - h01 * g0) / determinant;
      slope -= stepSlope;
      offset -= stepOffset;
      if (Math.abs(stepSlope) + Math.abs(stepOffset) < 1e-10) {
        break;
      }
    }
    return new Calibration(slope, offset);
  }

  double probability(double score) {
    return sigmoid(slope * score + offset);
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }
}
