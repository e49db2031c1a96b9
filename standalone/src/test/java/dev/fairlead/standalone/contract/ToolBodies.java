package dev.fairlead.standalone.contract;

/** Members of a chat body that concern tools. */
final class ToolBodies {

  /** One function. */
  static final String WEATHER =
      ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"weather\",\"parameters\":{\"type\":\"object\","
          + "\"properties\":{\"city\":{\"type\":\"string\"}}}}}]";

  private ToolBodies() {}
}
