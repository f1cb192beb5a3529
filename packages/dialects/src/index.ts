export { anthropicMessages } from './anthropic-messages/dialect.js';
export type {
  Dialect,
  EncodeAnswerOptions,
  EncodedError,
  EncodeRequestOptions,
  JsonObject,
  RequestOutside,
  ResponseFacts,
  StreamDecoder,
  StreamEncoder,
  TokenCounting,
  UpstreamAnswer,
  WithWarnings,
} from './dialect.js';
export {
  embeddingsOf,
  type EmbeddingsAnswerShape,
  type EmbeddingsLanguage,
  type EmbeddingsRequest,
  type EmbeddingsResponse,
  type EncodeEmbeddingsOptions,
} from './embeddings/embeddings.js';
export { isBatch as isEmbeddingsBatch } from './embeddings/gemini.js';
export { isAccountWide, readHeadroom } from './errors/headroom.js';
export { parseRetryAfterMs } from './errors/retry-after.js';
export { gemini } from './gemini/dialect.js';
export { createJsonArrayFraming, type JsonArrayFraming } from './gemini/json-array-framing.js';
export { renameModel } from './gemini/rename-model.js';
export { patchFields, type FieldPatch, type FieldPath } from './json/patch-fields.js';
export { patchModel, patchSpans, type SpanPatch } from './json/patch-spans.js';
export { renameAnswer } from './json/rename-answer.js';
export { readConversation, type ConversationFacts, type ConversationSpans } from './json/conversation.js';
export { hashStablePrefix } from './json/hash-stable-prefix.js';
export { checkJsonObject, scanRequest, type ByteSpan, type RequestFacts } from './json/scan-request.js';
export { declaredFieldName } from './losses/declared-name.js';
export { inClientWords, inUpstreamWords } from './losses/name-field.js';
export { MADE_MARK } from './made/made-id.js';
export { holdsMadeMark } from './made/holds-made-mark.js';
export { isMultipart } from './multipart/boundary.js';
export { patchMultipartModel, scanMultipart } from './multipart/scan-multipart.js';
export { openaiChat } from './openai-chat/dialect.js';
export { openaiCompletions } from './openai-completions/dialect.js';
export { legacyOnlyField, type LegacyOnlyField } from './openai-completions/legacy-only.js';
export { openaiResponses } from './openai-responses/dialect.js';
export { dialectById } from './registry/dialects.js';
export { encodeSse } from './sse/encode-sse.js';
export { createSseScanner, type SseEvent, type SseScanner, type SseScannerOptions } from './sse/scan-sse.js';
export { BlockReader, type Block } from './stream/block-reader.js';
export { renameBlock } from './stream/rename-block.js';
export {
  StreamTranslator,
  type StreamGate,
  type StreamReader,
  type StreamStep,
  type StreamTranslatorOptions,
} from './stream/stream-translator.js';
export type { ThinkingLimits } from './thinking/fit-thinking.js';
export {
  createToolNameMap,
  restoreEventToolName,
  restoreResponseToolNames,
  type ToolNameMap,
  type ToolNameRule,
} from './tool-names/tool-names.js';
