package dev.fairlead.catalog;

/**
 * A guess that needs no vocabulary: about four ASCII characters a token, and about 1.5 characters
 * of other scripts. On English prose and on code it is within some 20 % of the byte-pair
 * vocabularies in use.
 */
final class EstimatedTokenCounter implements TokenCounter {

  static final EstimatedTokenCounter INSTANCE = new EstimatedTokenCounter();

  private EstimatedTokenCounter() {}

  @Override
  public int count(String text) {
    int other = 0;
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80) {
        other++;
      }
    }
    return (text.length() - other + 3) / 4 + (other * 2 + 2) / 3;
  }
}
