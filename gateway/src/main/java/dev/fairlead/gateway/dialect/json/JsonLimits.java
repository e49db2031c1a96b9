package dev.fairlead.gateway.dialect.json;

/**
 * How much JSON is read.
 *
 * @param maxBodyBytes length of the document, 1 to {@link #LARGEST_BODY}
 * @param maxDepth nesting of objects and arrays, the outermost object counting as 1
 * @param maxNumberLength characters of one number, up to 1000
 */
public record JsonLimits(int maxBodyBytes, int maxDepth, int maxNumberLength) {

  /** Offsets beyond it do not fit a tape's word. */
  public static final int LARGEST_BODY = 1 << 28;

  /** Code of a document that is too long. */
  public static final String TOO_LARGE = "request_too_large";

  /** Checks ranges. */
  public JsonLimits {
    boolean size = maxBodyBytes >= 1 && maxBodyBytes <= LARGEST_BODY;
    if (!size || maxDepth < 1 || maxNumberLength < 1 || maxNumberLength > 1000) {
      throw new IllegalArgumentException(
          "limits: "
              + maxBodyBytes
              + ", "
              + maxDepth
              + ", "
              + maxNumberLength
              + " (expected: as documented)");
    }
  }
}
