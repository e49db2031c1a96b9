package dev.fairlead.tools.train.decoder;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.onnx.ModelFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes the folder that a decoder is loaded from, in the layout of Hugging Face's Optimum. */
record DecoderExport(Path folder, DecoderShape shape, String tokenizerJson) {

  private static final String TEMPLATE =
      "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content']"
          + " + '<|im_end|>' + '\\n'}}{% endfor %}{% if add_generation_prompt %}"
          + "{{ '<|im_start|>assistant\\n' }}{% endif %}";

  void write(byte[] graph) throws IOException {
    JsonMapper mapper = new JsonMapper();
    ObjectNode config = mapper.createObjectNode().put("model_type", "gpt2");
    config.putArray("architectures").add("GPT2LMHeadModel");
    config
        .put("activation_function", "gelu_new")
        .put("vocab_size", shape.vocabulary())
        .put("n_positions", shape.context())
        .put("n_layer", shape.layers())
        .put("n_head", shape.heads())
        .put("n_embd", shape.width())
        .put("layer_norm_epsilon", 1e-5)
        .put("bos_token_id", 0)
        .put("eos_token_id", 2);
    ObjectNode generation = mapper.createObjectNode().put("bos_token_id", 0).put("eos_token_id", 2);
    generation.put("pad_token_id", 0).put("do_sample", false);
    ObjectNode tokenizer = mapper.createObjectNode().put("tokenizer_class", "GPT2Tokenizer");
    tokenizer.put("bos_token", "<|endoftext|>").put("eos_token", "<|im_end|>");
    tokenizer.put("chat_template", TEMPLATE).put("model_max_length", shape.context());
    Files.write(folder.resolve("model.onnx"), graph);
    Files.writeString(folder.resolve("tokenizer.json"), tokenizerJson);
    Files.writeString(folder.resolve("config.json"), config.toPrettyString() + "\n");
    Files.writeString(folder.resolve("generation_config.json"), generation.toPrettyString() + "\n");
    Files.writeString(folder.resolve("tokenizer_config.json"), tokenizer.toPrettyString() + "\n");
    Files.writeString(
        folder.resolve("models.yaml"),
        """
        # This decoder as a configuration: fairlead up --config models.yaml, or copy the entries into your own file.
        providers:
          local: { kind: onnx, model_path: "%s", sha256: "%s" }
        models:
          - { id: fairlead-decoder, provider: local, tier: cheap, price: { input: 0, output: 0 },
              context_window: %d, max_output_tokens: %d }
        """
            .formatted(
                folder.toAbsolutePath().normalize(),
                new ModelFile("model.onnx", graph).sha256(),
                shape.context(),
                shape.context()));
  }

  /** What the model is made of, for people. */
  void card(String options, String data, int examples, double loss) throws IOException {
    Files.writeString(
        folder.resolve("DATA_CARD.md"),
        """
        # A decoder trained from scratch

        GPT-2's architecture, %d parameters (vocabulary %d, context %d, %d layers, %d heads, width %d), trained
        by this project's own trainer on %d examples and nothing else:
        %s.

            fairlead train decoder --out FOLDER %s

        The same command gives the same bits again on the same JDK. Mean loss over the last steps: %.4f nats a token,
        on texts it was trained on: a small one recites. Its licence is that of what it was trained on.
        """
            .formatted(
                shape.parameters(),
                shape.vocabulary(),
                shape.context(),
                shape.layers(),
                shape.heads(),
                shape.width(),
                examples,
                data,
                options,
                loss));
  }
}
