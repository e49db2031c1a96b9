package dev.fairlead.cache.bound;

/**
 * What a fresh answer said about a near entry.
 *
 * @param group whose traffic it was
 * @param entryId the near entry
 * @param evidence what was known at lookup
 * @param wouldServe whether the entry would have been served had it not been picked for checking
 * @param weight how many requests of its kind it stands for: 1 for a miss, the inverse of the share
 *     for a checked hit
 * @param correct whether the entry's answer would have been right
 * @param requestsElsewhere eligible requests that came with it from another replica; 0 for a label
 *     of this one
 */
public record Label(
    Group group,
    String entryId,
    Evidence evidence,
    boolean wouldServe,
    double weight,
    boolean correct,
    long requestsElsewhere) {

  private static final Group UNNAMED = new Group("", "");

  /** What a fit needs of it: the names take more memory than the numbers. */
  Label numbers() {
    return new Label(UNNAMED, "", evidence, wouldServe, weight, correct, requestsElsewhere);
  }

  /** The same label as told to other replicas. */
  public Label withRequests(long requests) {
    return new Label(group, entryId, evidence, wouldServe, weight, correct, requests);
  }
}
