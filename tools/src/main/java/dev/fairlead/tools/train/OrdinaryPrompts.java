package dev.fairlead.tools.train;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Prompts as people send them to an assistant, made from templates of our own. Benchmarks hold
 * hardly any of them, so without these the quantiles of complexity would be quantiles of
 * examination questions.
 */
final class OrdinaryPrompts {

  /**
   * What a prompt asks for, with its share of ordinary traffic: an assumption, see the data card.
   */
  enum Kind {
    /** Short requests that any current model serves. */
    EVERYDAY(0.55),
    /** Ordinary work of a few sentences. */
    WORKING(0.27),
    /** Long reasoning, design, proofs. */
    DEMANDING(0.18);

    final double share;

    Kind(double share) {
      this.share = share;
    }
  }

  record Prompt(Kind kind, String text) {}

  private static final String RESOURCE = "ordinary-prompts.txt";
  private static final Pattern SLOT = Pattern.compile("\\{([a-z]+)}");

  private OrdinaryPrompts() {}

  /**
   * Fills every template up to {@code each} times, without repetitions; the same seed gives the
   * same prompts.
   */
  static List<Prompt> generate(long seed, int each) {
    Map<String, List<String>> slots = new TreeMap<>();
    List<Prompt> templates = new ArrayList<>();
    for (String line : lines()) {
      String[] parts = line.split("\t", 2);
      if (parts[0].startsWith("slot ")) {
        slots.put(parts[0].substring(5), List.of(parts[1].split("\\|", -1)));
      } else {
        templates.add(new Prompt(Kind.valueOf(parts[0].toUpperCase(Locale.ROOT)), parts[1]));
      }
    }
    Random random = new Random(seed);
    LinkedHashSet<Prompt> prompts = new LinkedHashSet<>();
    for (Prompt template : templates) {
      for (int i = 0; i < each; i++) {
        prompts.add(new Prompt(template.kind(), fill(template.text(), slots, random)));
      }
    }
    return List.copyOf(prompts);
  }

  private static String fill(String template, Map<String, List<String>> slots, Random random) {
    return SLOT.matcher(template)
        .replaceAll(slot -> Matcher.quoteReplacement(filler(slot, slots, random)));
  }

  private static String filler(MatchResult slot, Map<String, List<String>> slots, Random random) {
    List<String> fillers = slots.get(slot.group(1));
    if (fillers == null) {
      throw new IllegalStateException(RESOURCE + ": no slot `" + slot.group(1) + "`");
    }
    return fillers.get(random.nextInt(fillers.size()));
  }

  private static List<String> lines() {
    try (InputStream stream = OrdinaryPrompts.class.getResourceAsStream(RESOURCE)) {
      if (stream == null) {
        throw new IllegalStateException("no resource " + RESOURCE);
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .toList();
    } catch (IOException e) {
      throw new IllegalStateException(RESOURCE + " cannot be read", e);
    }
  }
}
