package dev.fairlead.standalone;

import dev.fairlead.standalone.deployment.ScriptedVendor.Reply;

/** What vendors answer when they fail, and what clients should see of it. */
final class VendorErrors {

  private VendorErrors() {}

  /** What a client should see; {@code after} is the header in seconds, empty for none. */
  record Seen(int status, String type, String code, String param, String after) {}

  record Row(String vendor, String name, Reply reply, Seen openAi, Seen messages) {
    @Override
    public String toString() {
      return vendor + " " + name;
    }
  }

  static Row row(String vendor, String name, Reply reply, Seen openAi, int status, String type) {
    return new Row(vendor, name, reply, openAi, new Seen(status, type, "", "", openAi.after()));
  }

  static Seen misconfigured() {
    return new Seen(502, "server_error", "upstream_misconfigured", "", "");
  }

  static Seen unavailable() {
    return new Seen(502, "server_error", "upstream_unavailable", "", "");
  }

  static Seen overloaded(String after) {
    return new Seen(503, "server_error", "upstream_unavailable", "", after);
  }

  static Seen limited(String after) {
    return new Seen(429, "rate_limit_error", "rate_limit_exceeded", "", after);
  }

  static Seen noQuota() {
    return new Seen(429, "insufficient_quota", "insufficient_quota", "", "");
  }

  static Seen refused(int status, String code, String param) {
    return new Seen(status, "invalid_request_error", code, param, "");
  }
}
