package dev.fairlead.onnx.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.onnx.ModelFile;
import java.io.IOException;
import java.lang.Character.UnicodeScript;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our WordPiece gives the ids of the reference implementation. */
class WordPieceReferenceTest {

  private static final int MAX_TOKENS = 128;
  private static final WordPieceTokenizer OURS =
      WordPieceTokenizer.parse(ModelFile.resource("/all-minilm-l6-v2-q-tokenizer.json").content());

  private static final Set<UnicodeScript> COMMON_SCRIPTS =
      EnumSet.of(
          UnicodeScript.LATIN,
          UnicodeScript.GREEK,
          UnicodeScript.CYRILLIC,
          UnicodeScript.HEBREW,
          UnicodeScript.HAN,
          UnicodeScript.HIRAGANA,
          UnicodeScript.KATAKANA,
          UnicodeScript.HANGUL,
          UnicodeScript.THAI,
          UnicodeScript.DEVANAGARI,
          UnicodeScript.TAMIL,
          UnicodeScript.ARMENIAN,
          UnicodeScript.TIBETAN);

  private static ReferenceTokenizer reference;

  @BeforeAll
  static void open() throws IOException {
    reference = new ReferenceTokenizer(MAX_TOKENS);
  }

  @AfterAll
  static void close() {
    reference.close();
  }

  @Test
  void reference_isOffline_whileItIsUsed() {
    assertThat(System.getProperty("ai.djl.offline")).isEqualTo("true");
    assertThat(System.getProperty("OPT_OUT_TRACKING")).isEqualTo("true");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "Hello, world!",
        "What's the capital of France?",
        "unaffable UNAFFABLE unaffablyness",
        "Crème brûlée, naïve façade, Ångström, ÉCOLE",
        "İstanbul ISTANBUL ıstanbul ß ẞ ﬁ Ω Å",
        "東京は日本の首都です。한국어 텍스트",
        "русский текст, ещё ёлка й",
        "हिन्दी में लिखा हुआ",
        "مرحبا بالعالم שָׁלוֹם",
        "emoji \uD83D\uDE00\uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67 family, flag"
            + " \uD83C\uDDE9\uD83C\uDDEA",
        "tab\tnewline\ncarriage\rnbsp\u00A0em\u2003line\u2028vt\u000Bff\u000Cnel\u0085",
        "zero\u200Bwidth\uFEFFbom\u00ADshy",
        "x = y**2 + \\frac{a}{b} ≤ ∑ √2 → ∞",
        "if (a[i] != b[j]) { return foo::<T>(); } // $x_1`",
        "[CLS] literal [SEP] tokens [MASK] and [mask] [PAD][UNK] [CLS",
        "NUL\u0000inside and \uFFFD replaced",
        "e\u0301 a\u0308\u0304 combining",
        "\u1FEF \u037E \u212A \u2126 \uF900 \uD87E\uDC1D",
        "#hashtag @user http://example.org/a?b=c&d=e",
        "1,234.56 50% \u00BD \u00B2 \u2167 \u0663",
        "don't stop-believin' o'clock co-op",
        "\uD842\uDFB7野家 \uD840\uDC00",
      })
  void ids_equalTheReference_forOddTexts(String text) {
    assertThat(OURS.tokenize(text, MAX_TOKENS).ids()).isEqualTo(reference.ids(text));
  }

  @Test
  void ids_equalTheReference_forWordsAroundTheLengthLimit() {
    for (int length : new int[] {99, 100, 101, 102, 500}) {
      String text = "see " + "a".repeat(length) + " end";
      assertThat(OURS.tokenize(text, MAX_TOKENS).ids())
          .as("%d letters", length)
          .isEqualTo(reference.ids(text));
    }
  }

  @Test
  void ids_equalTheReference_whenTruncated() {
    for (int words = 120; words < 140; words++) {
      String text = "word ".repeat(words);
      TokenizedText ours = OURS.tokenize(text, MAX_TOKENS);
      assertThat(ours.ids()).as("%d words", words).isEqualTo(reference.ids(text));
      assertThat(ours.truncated()).as("%d words", words).isEqualTo(words > MAX_TOKENS - 2);
    }
  }

  @Test
  void ids_equalTheReference_whenTheLimitFallsInsideAWord() {
    for (int words = 60; words < 70; words++) {
      String text = "unaffable qqzx\u3042 ".repeat(words) + "strengthlessnesses";
      assertThat(OURS.tokenize(text, MAX_TOKENS).ids())
          .as("%d words", words)
          .isEqualTo(reference.ids(text));
    }
  }

  @Test
  void ids_equalTheReference_forRandomTextOfManyScripts() {
    Random random = new Random(20_261_101);
    int[][] blocks = {
      {0x20, 0x7E},
      {0x20, 0x7E},
      {0x20, 0x7E},
      {0xA0, 0x24F},
      {0x300, 0x36F},
      {0x370, 0x3FF},
      {0x400, 0x4FF},
      {0x5D0, 0x5EA},
      {0x620, 0x64A},
      {0x900, 0x939},
      {0xE01, 0xE3A},
      {0x1E00, 0x1EFF},
      {0x2000, 0x206F},
      {0x20A0, 0x20BF},
      {0x2190, 0x22FF},
      {0x3041, 0x3096},
      {0x4E00, 0x9FA5},
      {0xAC00, 0xD7A3},
      {0x1F600, 0x1F64F},
    };
    for (int trial = 0; trial < 5_000; trial++) {
      StringBuilder builder = new StringBuilder();
      int length = 1 + random.nextInt(60);
      for (int i = 0; i < length; i++) {
        int[] block = blocks[random.nextInt(blocks.length)];
        builder.appendCodePoint(block[0] + random.nextInt(block[1] - block[0] + 1));
      }
      String text = builder.toString();
      assertThat(OURS.tokenize(text, MAX_TOKENS).ids())
          .as("trial %d", trial)
          .isEqualTo(reference.ids(text));
    }
  }

  /**
   * The reference carries tables of an old Unicode version; characters that were assigned or
   * reclassified since differ. All are marks and punctuation of rare scripts, and the reference has
   * no piece for them anyway.
   */
  @Test
  void ids_equalTheReference_forEveryCodePointButRecentlyAssignedOnes() {
    List<Integer> different = new ArrayList<>();
    for (int start = 1; start < 0x30000; start += 4096) {
      List<Integer> codePoints =
          IntStream.range(start, start + 4096)
              .filter(WordPieceReferenceTest::isAssigned)
              .boxed()
              .toList();
      List<String> texts = codePoints.stream().map(c -> "a" + Character.toString(c) + "b").toList();
      long[][] expected = reference.ids(texts);
      for (int i = 0; i < texts.size(); i++) {
        if (!Arrays.equals(OURS.tokenize(texts.get(i), MAX_TOKENS).ids(), expected[i])) {
          different.add(codePoints.get(i));
        }
      }
    }
    assertThat(different).hasSizeLessThan(800);
    assertThat(different)
        .filteredOn(c -> c < 0x61D || (c < 0xA800 && COMMON_SCRIPTS.contains(UnicodeScript.of(c))))
        .isEmpty();
  }

  private static boolean isAssigned(int c) {
    return Character.isDefined(c)
        && !(c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
  }
}
