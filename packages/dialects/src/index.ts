export { anthropicMessages } from './anthropic-messages/dialect.js';
export type {
  Dialect,
  EncodeAnswerOptions,
  EncodedError,
  EncodeRequestOptions,
  JsonObject,
  StreamDecoder,
  StreamEncoder,
  TokenCounting,
  UpstreamAnswer,
  WithWarnings,
} from './dialect.js';
export { parseRetryAfterMs } from './errors/retry-after.js';
export { patchModel, patchSpans, type SpanPatch } from './json/patch-spans.js';
export { scanRequest, type ByteSpan, type RequestFacts } from './json/scan-request.js';
export { isMultipart } from './multipart/boundary.js';
export { patchMultipartModel, scanMultipart } from './multipart/scan-multipart.js';
export { openaiChat } from './openai-chat/dialect.js';
export { openaiCompletions } from './openai-completions/dialect.js';
export { legacyOnlyField, type LegacyOnlyField } from './openai-completions/legacy-only.js';
export { dialectById } from './registry/dialects.js';
export { encodeSse } from './sse/encode-sse.js';
export { createSseScanner, type SseEvent, type SseScanner, type SseScannerOptions } from './sse/scan-sse.js';
