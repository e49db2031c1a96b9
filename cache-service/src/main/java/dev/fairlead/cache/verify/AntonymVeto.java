package dev.fairlead.cache.verify;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * No word of one text replaced by its opposite in the other: from a list, or made by a negating
 * prefix.
 */
final class AntonymVeto implements Veto {

  private static final List<String> PREFIXES =
      List.of("un", "in", "im", "il", "ir", "dis", "non", "de", "mis", "anti");
  private static final int STEM = 4;
  private static final Map<String, Set<String>> OPPOSITES =
      opposites(
          "to/from before/after over/under above/below up/down in/out inside/outside with/without"
              + " on/off into/out",
          "increase/decrease increase/reduce raise/lower raise/cut grow/shrink rise/fall gain/lose"
              + " add/remove",
          "add/delete create/delete insert/delete append/prepend install/uninstall enable/disable"
              + " allow/deny",
          "allow/block start/stop begin/end open/close opened/closed lock/unlock push/pull"
              + " import/export",
          "upload/download send/receive buy/sell lend/borrow win/lose accept/reject accept/decline"
              + " approve/reject",
          "encrypt/decrypt encode/decode compress/decompress connect/disconnect join/leave"
              + " join/split merge/split",
          "login/logout attach/detach show/hide best/worst good/bad better/worse most/least"
              + " more/less more/fewer",
          "max/min maximum/minimum highest/lowest high/low large/small larger/smaller"
              + " largest/smallest big/small",
          "biggest/smallest long/short longest/shortest tall/short fast/slow faster/slower"
              + " fastest/slowest",
          "hot/cold warm/cool old/new old/young early/late first/last easy/hard easy/difficult"
              + " simple/complex",
          "simple/complicated cheap/expensive cheapest/dearest heavy/light strong/weak hard/soft"
              + " wet/dry",
          "full/empty true/false positive/negative legal/illegal safe/dangerous safe/unsafe"
              + " public/private",
          "local/remote static/dynamic internal/external input/output read/write"
              + " ascending/descending asc/desc",
          "left/right north/south east/west forward/backward forwards/backwards horizontal/vertical"
              + " male/female",
          "men/women man/woman boy/girl boys/girls husband/wife mother/father"
              + " advantages/disadvantages",
          "advantage/disadvantage pros/cons benefits/drawbacks benefits/risks causes/effects"
              + " success/failure",
          "succeed/fail pass/fail love/hate happy/sad rich/poor alive/dead always/never"
              + " always/sometimes all/none",
          "everyone/nobody include/exclude including/excluding agree/disagree similar/different"
              + " same/different",
          "similarities/differences synonym/antonym synonyms/antonyms question/answer debit/credit"
              + " profit/loss",
          "income/expense day/night morning/evening am/pm summer/winter arrive/depart"
              + " arrival/departure",
          "wide/narrow thick/thin deep/shallow major/minor odd/even encourage/discourage"
              + " attack/defend",
          "for/against online/offline free/paid girl/guy girls/guys girlfriend/boyfriend"
              + " sister/brother sisters/brothers son/daughter sons/daughters king/queen"
              + " uncle/aunt",
          "niece/nephew he/she his/her him/her graduate/undergraduate sum/difference plus/minus"
              + " subtract/add multiply/divide buying/selling buyer/seller higher/lower",
          "morning/night sell/purchase selling/purchasing married/single employed/unemployed"
              + " ancient/modern natural/artificial optional/mandatory optional/required",
          "guilty/innocent victory/defeat import/export imports/exports inside/outside"
              + " increasing/decreasing increased/decreased winning/losing winner/loser",
          "adding/removing opening/closing starting/ending beginning/ending borrowing/lending"
              + " sender/recipient sent/received sending/receiving deposit/withdraw",
          "deposit/withdrawal deposits/withdrawals activate/deactivate activate/block"
              + " freeze/unfreeze pay/refund payer/payee credit/debit incoming/outgoing"
              + " cheaper/dearer");

  @Override
  public Kind kind() {
    return Kind.ANTONYM;
  }

  @Override
  public boolean refuses(Phrase a, Phrase b) {
    // Counted, because in `before or after` one may replace the other and leave it twice.
    Set<String> onlyA = Words.surplus(a.words(), b.words());
    Set<String> onlyB = Words.surplus(b.words(), a.words());
    return onlyA.stream().anyMatch(word -> opposed(word, onlyB))
        || onlyB.stream().anyMatch(word -> prefixed(word, onlyA));
  }

  private static boolean opposed(String word, Set<String> others) {
    return OPPOSITES.getOrDefault(word, Set.of()).stream().anyMatch(others::contains)
        || prefixed(word, others);
  }

  private static boolean prefixed(String word, Set<String> others) {
    return word.length() >= STEM
        && PREFIXES.stream().anyMatch(prefix -> others.contains(prefix + word));
  }

  private static Map<String, Set<String>> opposites(String... lines) {
    Map<String, Set<String>> opposites = new HashMap<>();
    for (String line : lines) {
      for (String pair : line.split(" ")) {
        String[] words = pair.split("/");
        opposites.computeIfAbsent(words[0], word -> new HashSet<>()).add(words[1]);
        opposites.computeIfAbsent(words[1], word -> new HashSet<>()).add(words[0]);
      }
    }
    return opposites;
  }
}
