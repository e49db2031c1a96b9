package dev.fairlead.gateway.dialect;

import dev.fairlead.gateway.dialect.json.JsonLimits;

/**
 * How much a body may hold. Beyond any of them the request is refused as invalid.
 *
 * @param maxBodyBytes length of the body, 1 to 268435456
 * @param maxDepth nesting of objects and arrays, the outermost object counting as 1
 * @param maxNumberLength characters of one number
 * @param maxMessages turns of a conversation
 * @param maxTools tools offered to the model
 * @param maxChoices answers asked for by one request
 */
public record ScanLimits(
    int maxBodyBytes,
    int maxDepth,
    int maxNumberLength,
    int maxMessages,
    int maxTools,
    int maxChoices) {

  /** 32 MiB, 64 levels, 256-character numbers, 10000 messages, 1024 tools, 128 choices. */
  public static final ScanLimits DEFAULT = new ScanLimits(32 << 20, 64, 256, 10_000, 1024, 128);

  /** Checks ranges. */
  public ScanLimits {
    between("maxBodyBytes", maxBodyBytes, JsonLimits.LARGEST_BODY);
    between("maxDepth", maxDepth, 1000);
    between("maxNumberLength", maxNumberLength, 1000);
    between("maxMessages", maxMessages, 1_000_000);
    between("maxTools", maxTools, 100_000);
    between("maxChoices", maxChoices, 128);
  }

  /** The limits that hold for any JSON. */
  public JsonLimits json() {
    return new JsonLimits(maxBodyBytes, maxDepth, maxNumberLength);
  }

  private static void between(String name, int value, int max) {
    if (value < 1 || value > max) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: 1.." + max + ")");
    }
  }
}
