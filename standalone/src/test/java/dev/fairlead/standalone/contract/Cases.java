package dev.fairlead.standalone.contract;

import dev.fairlead.standalone.client.Answer;
import dev.fairlead.standalone.deployment.Deployment;

/** What every group of cases has at hand. */
interface Cases {

  /** Path of the chat endpoint. */
  String CHAT = "/v1/chat/completions";

  /** The Fairlead under test. */
  Deployment deployment();

  /** POST of a chat body. */
  default Answer chat(String body, String... headers) {
    return deployment().client().post(CHAT, body, headers);
  }
}
