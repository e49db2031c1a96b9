package dev.fairlead.cache.verify;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerifierTest {

  private final Verifier verifier = new Verifier();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "number | What is 15 % of 80? | What is 15 % of 90?",
        "number | Name three rivers in France | Name four rivers in France",
        "number | Name rivers in France | Name 5 rivers in France",
        "number | Is 3.5 larger than 3.4? | Is 3.4 larger than 3.5?",
        "number | Write twenty one lines about spring | Write 22 lines about spring",
        "number | Lend me 1,000 dollars | Lend me 10,000 dollars",
        "date | What happened in January? | What happened in February?",
        "date | What is the weather today | What is the weather tomorrow",
        "unit | How far is 5 km on foot? | How far is 5 miles on foot?",
        "unit | Give the price in dollars | Give the price in euros",
        "unit | Interest per month | Interest per year",
        "unit | Heat it to 200 C | Heat it to 200 F",
        "negation | Which birds can fly? | Which birds cannot fly?",
        "negation | Foods that contain gluten | Foods without gluten",
        "negation | Why do people sleep? | Why don't people sleep?",
        "antonym | How do I increase the volume? | How do I decrease the volume?",
        "antonym | flights to Paris | flights from Paris",
        "antonym | Is it legal to park here? | Is it illegal to park here?",
        "antonym | What are the advantages of Java | What are the disadvantages of Java",
        "antonym | how to install docker | how to uninstall docker",
        "direction | train from Paris to London | train from London to Paris",
        "direction | Does Anna love Peter? | Does Peter love Anna?",
        "direction | convert pdf to word | convert word to pdf",
        "entity | Who is the mayor of Boston? | Who is the mayor of Denver?",
        "code | Explain `a < b` please | Explain `a > b` please",
        "code | What does list.sort() return? | What does list.append() return?",
        "code | what does git commit --amend do | what does git commit --all do",
        "language | Sort a list in python | Sort a list in ruby",
        "language | Say hello in C++ | Say hello in C#",
        "language | Translate good evening to french | Translate good evening to german",
        "symbol | What is 12 + 4? | What is 12 * 4?",
        "symbol | 2^3 | 2*3"
      })
  void refusal_namesTheVeto_whenTheRequestsDiffer(String veto, String a, String b) {
    assertThat(verifier.refusal(a, b)).hasValue(veto);
    assertThat(verifier.refusal(b, a)).hasValue(veto);
  }

  @Test
  void script_isALanguage() {
    assertThat(verifier.refusal("\u043f\u0440\u0438\u0432\u0435\u0442", "privet"))
        .hasValue("language");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "What is the capital of France? | what is the capital of france",
        "What is the capital of France? | Please tell me what the capital of France is",
        "How do I boil an egg? | How can I boil an egg?",
        "Name three rivers | name 3 rivers!",
        "Don't you like tea? | Do not you like tea?",
        "It can't be done | it cannot be done",
        "How long is 5 km? | How long is 5 kilometers?",
        "On the 3rd day | on the third day",
        "Write 1,000 words | Write 1000 words",
        "Is 2.50 enough? | Is 2.5 enough?",
        "Thanks! How tall is the Eiffel Tower? | How tall is the Eiffel Tower?",
        "What is 12 plus 4? | what is 12 + 4",
        "my card hasn't come yet | my card hasnt come yet"
      })
  void refusal_isAbsent_whenTheRequestsMeanTheSame(String a, String b) {
    assertThat(verifier.refusal(a, b)).isEmpty();
    assertThat(verifier.refusal(b, a)).isEmpty();
  }

  @Test
  void refusal_takesNoLonger_forHostileText() {
    String hostile = "`".repeat(2000) + "a_".repeat(2000) + "1,".repeat(2000) + "'".repeat(2000);
    String scales = "9 " + "trillion ".repeat(2000);
    long start = System.nanoTime();
    verifier.refusal(hostile, hostile + " x");
    verifier.refusal(scales, scales + " x");
    assertThat(System.nanoTime() - start).isLessThan(2_000_000_000L);
  }
}
