package dev.fairlead.gateway.dialect;

import com.google.protobuf.ByteString;
import dev.fairlead.gateway.dialect.anthropic.AnthropicMessagesCodec;
import dev.fairlead.gateway.dialect.openai.OpenAiChatCodec;
import dev.fairlead.gateway.dialect.openai.OpenAiCompletionsCodec;
import dev.fairlead.gateway.dialect.responses.ResponsesCodec;
import dev.fairlead.v1.RawAnswer;
import dev.fairlead.v1.RawEventStream;
import java.util.List;

/** Every codec with requests and answers of its format that have something of everything. */
enum CodecSamples {
  CHAT(
      new OpenAiChatCodec(ScanLimits.DEFAULT),
      """
      {"model":"m","stream":false,"n":2,"temperature":0.5,"tools":[{"type":"function","function":{"name":"f",
      "parameters":{"type":"object"}}}],"messages":[{"role":"system","content":"s"},{"role":"user","content":[
      {"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"data:x"}}]},{"role":"assistant",
      "tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool",
      "tool_call_id":"1","content":"r"},{"role":"user","content":"why?"}],"fairlead":{"policy":"cheapest"}}\
      """,
      """
      {"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{
      "role":"assistant","content":"h\\u00e9llo \\ud83d\\ude00 there","refusal":null,"tool_calls":[{"id":"1",
      "type":"function","function":{"name":"f","arguments":"{\\"a\\":1}"}}]},"logprobs":null,
      "finish_reason":"tool_calls"},{"index":1,"message":{"role":"assistant","content":"x","refusal":null},
      "logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2,
      "total_tokens":3}}\
      """),
  COMPLETIONS(
      new OpenAiCompletionsCodec(ScanLimits.DEFAULT),
      """
      {"model":"m","prompt":["a","b"],"n":2,"best_of":3,"max_tokens":5,"echo":true,"logprobs":2,"suffix":"z",
      "stop":["x","y"],"seed":1,"user":"u","stream_options":{"include_usage":true}}\
      """,
      """
      {"id":"c","object":"text_completion","created":1,"model":"m","system_fingerprint":"f","choices":[
      {"text":"h\\u00e9llo \\ud83d\\ude00 there","index":0,"logprobs":{"tokens":["h"],"token_logprobs":[-1.50],
      "top_logprobs":null,"text_offset":[0]},"finish_reason":"stop"},{"text":"","index":1,"logprobs":null,
      "finish_reason":"length"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}\
      """),
  MESSAGES(
      new AnthropicMessagesCodec(ScanLimits.DEFAULT),
      """
      {"model":"m","max_tokens":9,"system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral"}}],
      "thinking":{"type":"enabled","budget_tokens":1024},"metadata":{"user_id":"u"},"tools":[{"name":"f",
      "input_schema":{"type":"object"}},{"type":"web_search_20250305","name":"web_search"}],
      "tool_choice":{"type":"auto"},"messages":[{"role":"user","content":[{"type":"text","text":"a"},
      {"type":"image","source":{"type":"url","url":"http://a"}}]},{"role":"assistant","content":[
      {"type":"thinking","thinking":"t","signature":"c2ln"},{"type":"tool_use","id":"1","name":"f","input":{}}]},
      {"role":"user","content":[{"type":"tool_result","tool_use_id":"1","content":[{"type":"text","text":"r"}]},
      {"type":"text","text":"why?"}]}]}\
      """,
      """
      {"id":"msg","type":"message","role":"assistant","model":"m","content":[{"type":"thinking","thinking":
      "let me see","signature":"c2lnbmF0dXJl"},{"type":"redacted_thinking","data":"eA=="},{"type":"text",
      "text":"h\\u00e9llo \\ud83d\\ude00 there","citations":[{"type":"char_location","cited_text":"x"}]},
      {"type":"tool_use","id":"1","name":"f","input":{"a":1.50,"b":[9007199254740993]}}],
      "stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":5,"output_tokens":7,
      "cache_read_input_tokens":3}}\
      """),
  RESPONSES(
      new ResponsesCodec(ScanLimits.DEFAULT),
      """
      {"model":"m","instructions":"s","max_output_tokens":99,"store":false,"reasoning":{"effort":"low"},"text":{
      "format":{"type":"json_schema","name":"x","schema":{"type":"object"}}},"tools":[{"type":"function",
      "name":"f","parameters":{}},{"type":"web_search"}],"input":[{"role":"user","content":"a"},{"type":"message",
      "role":"assistant","content":[{"type":"output_text","text":"b"}]},{"type":"function_call","call_id":"1",
      "name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"1","output":"r"},{"role":"user",
      "content":[{"type":"input_text","text":"why?"},{"type":"input_image","image_url":"data:x"}]}]}\
      """,
      """
      {"id":"resp","object":"response","created_at":1,"status":"completed","model":"m","output":[{"id":"rs",
      "type":"reasoning","summary":[{"type":"summary_text","text":"let me see"}]},{"id":"ws",
      "type":"web_search_call","status":"completed"},{"id":"m1","type":"message","status":"completed",
      "role":"assistant","content":[{"type":"output_text","text":"h\\u00e9llo \\ud83d\\ude00 there",
      "annotations":[]},{"type":"refusal","refusal":"no"}]},{"id":"fc","type":"function_call","call_id":"1",
      "name":"f","arguments":"{\\"a\\":1}","status":"completed"}],"usage":{"input_tokens":5,"output_tokens":7,
      "total_tokens":12},"temperature":1.0}\
      """);

  private final DialectCodec codec;
  private final String request;
  private final String answer;

  CodecSamples(DialectCodec codec, String request, String answer) {
    this.codec = codec;
    this.request = request;
    this.answer = answer;
  }

  DialectCodec codec() {
    return codec;
  }

  String request() {
    return request;
  }

  String answer() {
    return answer;
  }

  RawAnswer raw(ByteString body) {
    return RawAnswer.newBuilder().setDialect(codec.dialect()).setBody(body).build();
  }

  RawEventStream events(ByteString sse) {
    return RawEventStream.newBuilder().setDialect(codec.dialect()).setSse(sse).build();
  }

  static List<CodecSamples> all() {
    return List.of(values());
  }
}
