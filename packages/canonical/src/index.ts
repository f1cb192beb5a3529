export { assertNever } from './assert-never.js';
export type {
  AudioBlock,
  Block,
  CacheMark,
  Citation,
  DocumentBlock,
  ImageBlock,
  MediaSource,
  NamespacedName,
  OpaqueBlock,
  ReasoningBlock,
  RedactedReasoningBlock,
  RefusalBlock,
  TextBlock,
  TextSpan,
  TokenLogprob,
  TokenProbability,
  ToolCallBlock,
  ToolResultBlock,
} from './content.js';
export { DIALECT_IDS, type DialectId, type Extensions } from './dialect-id.js';
export {
  ERROR_CODES,
  ERROR_SCOPES,
  isErrorCode,
  type ErrorCode,
  type ErrorCodeFacts,
  type ErrorScope,
} from './errors/codes.js';
export {
  GatewayError,
  toGatewayError,
  type GatewayErrorData,
  type GatewayErrorOptions,
  type UpstreamErrorFacts,
} from './errors/gateway-error.js';
export { checkStreamGrammar } from './fold/check-grammar.js';
export { foldStream, type FoldedStream } from './fold/fold-stream.js';
export { unfoldResponse } from './fold/unfold-response.js';
export type { Headroom, Quota } from './headroom.js';
export { lookUp } from './look-up.js';
export { OPERATIONS, type Operation } from './operation.js';
export {
  REASONING_EFFORTS,
  type CanonicalRequest,
  type FreeformTool,
  type Message,
  type OpaqueTool,
  type ReasoningEffort,
  type ReasoningRequest,
  type ResponseFormat,
  type Tool,
  type ToolChoice,
  type ToolDefinition,
} from './request.js';
export type { CanonicalResponse, Choice, Finish, FinishReason } from './response.js';
export {
  SERVER_TOOL_KINDS,
  type ServerTool,
  type ServerToolKind,
  type ServerToolStep,
  type UserLocation,
  type WebSource,
} from './server-tool.js';
export { isContentEvent, isMeant, type StreamEvent } from './stream.js';
export { addUsage, totalInput, type Usage } from './usage.js';
export type { Warning } from './warning.js';
