package dev.fairlead.telemetry;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes out of a text that is to be logged what looks like a secret or like somebody's prompt or
 * answer, and what would break out of its line. Our own code logs neither; this is for what a
 * library or an exception says.
 */
final class Redaction {

  private static final String GONE = "***";

  private static final Pattern PRIVATE_KEY =
      Pattern.compile("-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*KEY-----)?");

  /** What vendors' keys, our own and signed tokens look like, wherever they stand. */
  private static final Pattern KEY =
      Pattern.compile(
          "\\b(?:[sr]k-[A-Za-z0-9_-]{8,}|fl-[A-Za-z0-9_-]{20,}|AIza[A-Za-z0-9_-]{20,}"
              + "|(?:AKIA|ASIA)[A-Z0-9]{12,}|gsk_[A-Za-z0-9]{16,}|xai-[A-Za-z0-9]{16,}"
              + "|eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]*)");

  private static final Pattern CREDENTIALS =
      Pattern.compile("(?i)\\b(Bearer|Basic) +[A-Za-z0-9._~+/=-]{6,}");

  /** A value after a name that says that it is secret, in a header, a query, JSON or a toString. */
  private static final Pattern NAMED =
      Pattern.compile(
          "(?i)\\b([a-z_.-]*(?:authorization|api[-_]?key|password|passwd"
              + "|secret(?:[-_]access[-_]key)?|(?:access|admin|service|security|session|refresh|auth)[-_]token)"
              + "[\"']?(?: ?[=:] ?))(?!(?:Bearer|Basic) )([\"']?)[^\\s\"',;&)}\\]]{3,}");

  private static final Pattern IN_ADDRESS = Pattern.compile("(://[^\\s/:@]*):[^\\s/@]+@");

  /** The beginning of a string that a request or answer of ours has its words in. */
  private static final Pattern WORDS =
      Pattern.compile(
          "\\b(?:content|text|prompt|input|instructions|system|arguments|output_text|refusal)"
              + "\"? ?[:=] ?\\[?\"");

  private Redaction() {}

  /** Without secrets and words. */
  static String redact(String text) {
    String clean = PRIVATE_KEY.matcher(text).replaceAll(GONE);
    clean = KEY.matcher(clean).replaceAll(GONE);
    clean = CREDENTIALS.matcher(clean).replaceAll("$1 " + GONE);
    clean = NAMED.matcher(clean).replaceAll("$1$2" + GONE);
    clean = IN_ADDRESS.matcher(clean).replaceAll("$1:" + GONE + "@");
    return withoutWords(clean);
  }

  private static String withoutWords(String text) {
    Matcher begin = WORDS.matcher(text);
    if (!begin.find()) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    int at = 0;
    do {
      out.append(text, at, begin.end()).append(GONE);
      at = endOfString(text, begin.end());
    } while (begin.find(at));
    return out.append(text, at, text.length()).toString();
  }

  /** Where the closing quote is, or the end of the text where there is none. */
  private static int endOfString(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\') {
        i++;
      } else if (c == '"') {
        return i;
      }
    }
    return text.length();
  }

  /** On one line: ends of lines as {@code |}, other control characters as their escapes. */
  static String oneLine(String text) {
    if (text.chars().noneMatch(Redaction::isControl)) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length() + 16);
    boolean broken = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (isBreak(c)) {
        out.append(broken ? "" : " | ");
      } else if (isControl(c)) {
        out.append("\\u%04x".formatted((int) c));
      } else {
        out.append(c);
      }
      broken = isBreak(c);
    }
    return out.toString();
  }

  private static boolean isBreak(char c) {
    return c == '\n' || c == '\r' || c == '\u0085' || c == '\u2028' || c == '\u2029';
  }

  /** Also what turns the direction of the text around. */
  private static boolean isControl(int c) {
    return c != '\t' && (Character.isISOControl(c) || isBreak((char) c))
        || (c >= '\u202a' && c <= '\u202e')
        || (c >= '\u2066' && c <= '\u2069');
  }
}
