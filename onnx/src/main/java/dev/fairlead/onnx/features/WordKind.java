package dev.fairlead.onnx.features;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Kinds of words that say something about what a prompt asks for. English; other languages are left
 * to the embedding.
 */
enum WordKind {
  MATHS(
      "algebra angle angles area average bounded calculus calculate circle coefficient compute"
          + " congruent converge converges coordinates derivative determinant differential"
          + " divisible divisor eigenvalue equation equations evaluate factor fraction function"
          + " functions geometric graph group inequality infinitely integer integers integral lemma"
          + " limit linear logarithm matrix maximum mean median minimum modulo multiple multiply"
          + " number numbers percent perimeter permutation polynomial polynomials prime primes"
          + " probability product proof quadratic radius ratio remainder root roots sequence solve"
          + " sphere square sum theorem triangle variance vector vectors volume"),
  CODE(
      "algorithm algorithms api array async binary boolean bug c class cli code coding compile"
          + " compiler concurrency concurrent css data database debug deadlock dictionary docker"
          + " exception function html http implement implementation integer java javascript json"
          + " kernel kubernetes lambda library list loop method mutex node object parse parser"
          + " pointer program python query queue race recursion recursive refactor regex return"
          + " rust schema script server sql stack string struct subarray substring test thread"
          + " threads tree tuple typescript unit variable"),
  REASONING(
      "analyse analyze argue argument assume assumption carefully compare conclude conclusion"
          + " contradiction criticise critique deduce demonstrate derive determine disprove"
          + " evaluate explain hence if implies induction infer interpret justify justification"
          + " logic prove proving reason reasoning rigorous rigorously show step steps suppose"
          + " tradeoff tradeoffs trade-offs therefore then valid verify why"),
  DESIGN(
      "analysis architecture architect availability complexity concurrency consistency consistent"
          + " constraint constraints cost design distributed efficient failure fault-tolerant"
          + " framework implement latency memory migration model optimal optimise optimize"
          + " partition performance pipeline plan proposal protocol replication requirements"
          + " roadmap scalable scale schema security specification strategy strategies system "
          + "throughput"),
  FORMAT(
      "bullet bullets chart column columns csv format formatted heading headings json latex list"
          + " markdown numbered outline paragraph paragraphs section sections summary table"
          + " template words xml yaml"),
  CONSTRAINT(
      "all avoid cannot each every exact exactly except given include including least limit maximum"
          + " minimum must never no none not only require required requires such unless using"
          + " within without"),
  FACT_QUESTION("what when where which who whom whose name define meaning capital called"),
  EXPLANATION_QUESTION(
      "why how explain describe discuss elaborate cause causes reason effect effects"),
  WRITING(
      "article blog caption compose draft email essay fiction letter lyrics message novel"
          + " paraphrase poem post recipe rephrase rewrite rhyme script slogan song speech story"
          + " summarise summarize translate tweet write"),
  SMALL_TALK(
      "bye cheers feeling fine good great happy hello hey hi joke lovely morning nice night ok okay"
          + " please sorry sure thank thanks today tell weekend welcome yes you your"),
  RATE("apiece each every per"),
  MULTIPLE("double doubled doubles quadruple thrice times triple tripled twice"),
  PART(
      "fifth fourth fraction half halves one-fourth one-half one-third quarter quarters sixth tenth"
          + " third thirds three-fourths two-thirds"),
  COMPARISON(
      "as difference faster fewer greater less longer more older same shorter slower taller than"
          + " younger"),
  REMAINDER(
      "after away gave give gives left lost remain remainder remaining remains rest sells sold"
          + " spend spends spent then used"),
  TOTAL("all altogether both combined entire in overall sum together total"),
  NUMBER(
      "dozen dozens eight eleven five four hundred nine once one seven six ten three twelve twenty"
          + " two");

  private static final Map<String, List<WordKind>> KINDS = byWord();

  private final String words;

  WordKind(String words) {
    this.words = words;
  }

  /** The kinds of a lower-case word; null when it has none. */
  static @Nullable List<WordKind> of(String word) {
    return KINDS.get(word);
  }

  private static Map<String, List<WordKind>> byWord() {
    Map<String, List<WordKind>> kinds = new HashMap<>();
    for (WordKind kind : values()) {
      for (String word : Arrays.asList(kind.words.split(" ", -1))) {
        kinds.merge(
            word,
            List.of(kind),
            (a, b) -> java.util.stream.Stream.concat(a.stream(), b.stream()).distinct().toList());
      }
    }
    return Map.copyOf(kinds);
  }
}
