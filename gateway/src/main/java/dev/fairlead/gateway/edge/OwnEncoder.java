package dev.fairlead.gateway.edge;

/** The scorer's own encoder as an embedding model. */
final class OwnEncoder {

  /** Its name as a model. */
  static final String ID = "all-MiniLM-L6-v2";

  private OwnEncoder() {}
}
