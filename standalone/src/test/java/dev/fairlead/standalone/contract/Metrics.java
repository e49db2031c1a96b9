package dev.fairlead.standalone.contract;

import dev.fairlead.standalone.client.GatewayClient;

/** The Prometheus page of a gateway at one moment. */
record Metrics(String page) {

  static Metrics of(GatewayClient client) {
    return new Metrics(client.get("/metrics").body());
  }

  /** The sum of every series of that name; 0 when there is none. */
  double value(String name) {
    return page.lines()
        .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  /** The sum of the series of that name whose labels contain a text. */
  double value(String name, String label) {
    return page.lines()
        .filter(line -> line.startsWith(name + "{") && line.contains(label))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }
}
