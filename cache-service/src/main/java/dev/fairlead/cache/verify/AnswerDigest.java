package dev.fairlead.cache.verify;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;

/**
 * A number that is the same for answers that differ in case, punctuation and spacing only, so that
 * an index can tell without the answers which neighbours agree. Two answers that say the same in
 * other words get different numbers, which makes their entries look less certain, never more.
 */
public final class AnswerDigest {

  /** The digest of an answer without a word: agrees with none. */
  public static final long NONE = 0;

  private AnswerDigest() {}

  /** The digest of an answer's text. */
  public static long of(String answer) {
    Hasher hasher = Hashing.farmHashFingerprint64().newHasher();
    int words = 0;
    for (String word : Phrase.of(answer).words()) {
      hasher.putString(word, StandardCharsets.UTF_8).putByte((byte) 0);
      words++;
    }
    return words == 0 ? NONE : hasher.hash().asLong();
  }
}
