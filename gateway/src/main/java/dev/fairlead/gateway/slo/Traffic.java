package dev.fairlead.gateway.slo;

/**
 * What decides which objectives a request is under, beside the model that serves it.
 *
 * @param route the model name that the client asked for
 * @param tenant owner of the request
 * @param promptClass what kind of answer is wanted and how long the prompt is, such as {@code
 *     tools_long}
 */
public record Traffic(String route, String tenant, String promptClass) {

  /** The kind of answer that the class begins with, such as {@code tools}. */
  String kind() {
    int end = promptClass.indexOf('_');
    return end < 0 ? promptClass : promptClass.substring(0, end);
  }
}
