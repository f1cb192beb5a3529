export { anthropicMessages } from './anthropic-messages/dialect.js';
export type {
  Dialect,
  EncodeAnswerOptions,
  EncodedError,
  EncodeRequestOptions,
  JsonObject,
  StreamDecoder,
  StreamEncoder,
  UpstreamAnswer,
  WithWarnings,
} from './dialect.js';
export { parseRetryAfterMs } from './errors/retry-after.js';
export { patchModel, patchSpans, type SpanPatch } from './json/patch-spans.js';
export { scanRequest, type ByteSpan, type RequestFacts } from './json/scan-request.js';
export { openaiChat } from './openai-chat/dialect.js';
export { openaiResponses } from './openai-responses/dialect.js';
export { dialectById } from './registry/dialects.js';
export { encodeSse } from './sse/encode-sse.js';
export { createSseScanner, type SseEvent, type SseScanner, type SseScannerOptions } from './sse/scan-sse.js';
