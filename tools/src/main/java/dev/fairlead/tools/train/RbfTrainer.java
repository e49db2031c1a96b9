package dev.fairlead.tools.train;

import java.util.Random;

/**
 * Ridge regression on how near an input is to some of the rows: radial functions around centres
 * drawn at random (Nyström). For heads of one source, in studies; it is not shipped.
 *
 * @param centres no more than there are rows
 * @param width factor of the squared distance, above 0
 * @param penalty above 0
 */
record RbfTrainer(int centres, double width, double penalty) {

  /** Fits and answers the scores of {@code asked}. */
  double[] scores(Rows rows, float[][] asked, long seed) {
    float[][] chosen = draw(rows.inputs(), seed);
    Rows near =
        new Rows(near(rows.inputs(), chosen), rows.targets(), rows.weights(), rows.groups());
    LinearModel model = new RidgeTrainer(penalty).fit(near, seed);
    float[][] places = near(asked, chosen);
    double[] scores = new double[asked.length];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = model.predict(places[i]);
    }
    return scores;
  }

  private float[][] draw(float[][] inputs, long seed) {
    float[][] order = inputs.clone();
    Random random = new Random(seed);
    float[][] chosen = new float[Math.min(centres, order.length)][];
    for (int i = 0; i < chosen.length; i++) {
      int j = i + random.nextInt(order.length - i);
      chosen[i] = order[j];
      order[j] = order[i];
    }
    return chosen;
  }

  private float[][] near(float[][] inputs, float[][] chosen) {
    float[][] near = new float[inputs.length][chosen.length];
    for (int i = 0; i < inputs.length; i++) {
      float own = NetworkModel.dot(inputs[i], inputs[i]);
      for (int c = 0; c < chosen.length; c++) {
        float other = NetworkModel.dot(chosen[c], chosen[c]);
        double distance = own + other - 2 * NetworkModel.dot(inputs[i], chosen[c]);
        near[i][c] = (float) Math.exp(-width * Math.max(0, distance));
      }
    }
    return near;
  }
}
