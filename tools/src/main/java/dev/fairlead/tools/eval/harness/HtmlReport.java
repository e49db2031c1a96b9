package dev.fairlead.tools.eval.harness;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The report as one HTML page with the curve as SVG in it; nothing is loaded from elsewhere. */
final class HtmlReport {

  private static final int WIDTH = 720;
  private static final int HEIGHT = 420;
  private static final int MARGIN = 56;

  private final EvalReport report;
  private final double mostCost;
  private final double leastQuality;
  private final double mostQuality;

  HtmlReport(EvalReport report) {
    this.report = report;
    double cost = 1;
    double low = 1;
    double high = 1;
    for (EvalStudy.Point point : report.curve()) {
      cost = Math.max(cost, point.cost());
      low = Math.min(low, point.quality());
      high = Math.max(high, point.quality());
    }
    for (EvalResult result : report.results()) {
      if (result.saving() != null && result.retention() != null) {
        cost = Math.max(cost, 1 - result.saving());
        low = Math.min(low, result.retention().mean());
        high = Math.max(high, result.retention().mean());
      }
    }
    this.mostCost = cost * 1.05;
    this.leastQuality = Math.max(0, low - 0.05);
    this.mostQuality = high + 0.05;
  }

  String toHtml() {
    return """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
    <title>Fairlead evaluation</title>
    <style>
    body { font: 15px/1.5 system-ui, sans-serif; color: #1b2733; background: #fff }
    body { margin: 2rem auto; max-width: 72rem; padding: 0 1rem }
    table { border-collapse: collapse; width: 100%% }
    th, td { padding: .3rem .6rem; border-bottom: 1px solid #d8dee4; text-align: right }
    th:first-child, td:first-child, th:nth-child(2), td:nth-child(2) { text-align: left }
    tr.tier td { color: #57656f } svg { width: 100%%; height: auto }
    text { font: 12px system-ui, sans-serif; fill: #33414c }
    </style>
    </head>
    <body>
    <h1>Cost and quality of routing</h1>
    <p>%d prompts of %s on %s. Baseline: %s. Limits: %s. Seed %d.</p>
    %s
    <table>
    <thead><tr><th>Policy</th><th>Tier</th><th>Prompts</th><th>Cost USD</th><th>Saved</th><th>Quality</th>
    <th>Retention [95 %%]</th><th>SLA</th><th>By luck [95 %%]</th></tr></thead>
    <tbody>
    %s</tbody>
    </table>
    <p>Retention is the quality of the answers divided by the baseline's on the same prompts; its interval comes
    from resampling the prompts. By luck: what a policy's own mix of models keeps when it is dealt out at random;
    a policy in bold keeps surely more. Random: any model for each prompt. SLA: the share of prompts answered
    inside the limits. Calls without an answer: %d.</p>
    </body>
    </html>
    """
        .formatted(
            report.prompts(),
            escaped(report.source()),
            escaped(String.join(", ", report.models())),
            escaped(report.baseline()),
            limits(),
            report.seed(),
            report.curve().isEmpty()
                ? "<p>No curve: there are no complexities, or the baseline costs or answers"
                    + " nothing.</p>"
                : svg(),
            report.results().stream().map(HtmlReport::rows).collect(Collectors.joining()),
            report.failures());
  }

  private String limits() {
    Double cost = report.limits().costUsd();
    Double latency = report.limits().latencyMillis();
    return (cost == null ? "no cost" : cost + " USD")
        + ", "
        + (latency == null ? "no time" : latency + " ms");
  }

  private static String rows(EvalResult result) {
    StringBuilder rows = new StringBuilder();
    String name = escaped(result.policy());
    rows.append(
        row(
            "",
            result.beatsShuffled() ? "<b>" + name + "</b>" : name,
            "all",
            Integer.toString(result.prompts()),
            number("%.6f", result.costUsd()),
            EvalReport.percent(result.saving()),
            number("%.3f", result.quality()),
            EvalReport.interval(result.retention()),
            EvalReport.percent(result.sla()),
            EvalReport.interval(result.shuffled())));
    if (result.tiers().size() > 1) {
      for (EvalResult.OfTier tier : result.tiers()) {
        rows.append(
            row(
                " class=\"tier\"",
                "",
                escaped(tier.tier()),
                Integer.toString(tier.prompts()),
                number("%.6f", tier.costUsd()),
                "",
                number("%.3f", tier.quality()),
                EvalReport.interval(tier.retention()),
                EvalReport.percent(tier.sla()),
                ""));
      }
    }
    return rows.toString();
  }

  private static String row(String attributes, String... cells) {
    return "<tr" + attributes + "><td>" + String.join("</td><td>", List.of(cells)) + "</td></tr>\n";
  }

  private String svg() {
    StringBuilder svg = new StringBuilder();
    svg.append(
        "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"Quality kept over cost\">\n"
            .formatted(WIDTH, HEIGHT));
    axes(svg);
    EvalStudy.Point first = report.curve().getFirst();
    EvalStudy.Point last = report.curve().getLast();
    svg.append(
        "<line x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\" stroke=\"#8a98a5\" stroke-dasharray=\"5 4\"/>\n"
            .formatted(x(first.cost()), y(first.quality()), x(last.cost()), y(last.quality())));
    svg.append("<polyline fill=\"none\" stroke=\"#0b6e99\" stroke-width=\"2\" points=\"");
    for (EvalStudy.Point point : report.curve()) {
      svg.append(x(point.cost())).append(',').append(y(point.quality())).append(' ');
    }
    svg.append("\"/>\n");
    report.results().forEach(result -> mark(svg, result));
    svg.append(
        "<text x=\"%d\" y=\"20\">by complexity, %s to %s; dashed: a mix of both at random</text>\n"
            .formatted(MARGIN, escaped(report.cheapest()), escaped(report.baseline())));
    return svg.append("</svg>\n").toString();
  }

  private void axes(StringBuilder svg) {
    for (int i = 0; i <= 5; i++) {
      double cost = mostCost * i / 5;
      double quality = leastQuality + (mostQuality - leastQuality) * i / 5;
      svg.append(
          "<line x1=\"%d\" x2=\"%d\" y1=\"%s\" y2=\"%s\" stroke=\"#e6eaee\"/>\n"
              .formatted(MARGIN, WIDTH - MARGIN, y(quality), y(quality)));
      svg.append(
          "<text x=\"8\" y=\"%s\">%s</text><text x=\"%s\" y=\"%d\">%s</text>\n"
              .formatted(
                  y(quality),
                  number("%.0f %%", 100 * quality),
                  x(cost),
                  HEIGHT - MARGIN + 18,
                  number("%.0f %%", 100 * cost)));
    }
    svg.append(
        "<text x=\"%d\" y=\"%d\">cost, of the baseline's; upwards: quality kept</text>\n"
            .formatted(WIDTH / 2 - 120, HEIGHT - 14));
  }

  private void mark(StringBuilder svg, EvalResult result) {
    if (result.saving() == null || result.retention() == null) {
      return;
    }
    String x = x(1 - result.saving());
    String y = y(result.retention().mean());
    svg.append(
        "<circle cx=\"%s\" cy=\"%s\" r=\"4\" fill=\"%s\"/><text x=\"%s\" y=\"%s\" dx=\"7\" dy=\"-6\">%s</text>\n"
            .formatted(
                x,
                y,
                result.shuffled() == null ? "#8a98a5" : "#b3401f",
                x,
                y,
                escaped(result.policy())));
  }

  private String x(double cost) {
    return number("%.1f", MARGIN + (WIDTH - 2 * MARGIN) * cost / mostCost);
  }

  private String y(double quality) {
    double share = (quality - leastQuality) / (mostQuality - leastQuality);
    return number("%.1f", HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * share);
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }

  static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
