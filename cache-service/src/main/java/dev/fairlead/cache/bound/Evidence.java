package dev.fairlead.cache.bound;

/**
 * What is known about a request and the entry near it. What the entries around it answer counts as
 * much as how near it is: neighbours of the same answer agree, the nearest of another answer warns.
 *
 * @param similarity cosine, -1 to 1
 * @param margin how much nearer the entry is than the nearest one of another answer, -2 to 2;
 *     against the least similarity that is considered when there is none
 * @param support how many other neighbours have the same answer
 * @param agreement share of the neighbours, weighted by nearness, that have the same answer, 0 to 1
 * @param right how often the entry's answer was found right for another request
 * @param wrong how often it was found wrong
 */
public record Evidence(
    double similarity, double margin, int support, double agreement, int right, int wrong) {

  /** Evidence of an entry that stands alone and has no history. */
  public static Evidence alone(double similarity, double margin) {
    return new Evidence(similarity, margin, 0, 1, 0, 0);
  }
}
