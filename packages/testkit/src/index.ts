export {
  startPostgresServer,
  startRedisCluster,
  startRedisServer,
  testPostgresUrl,
  testRedis,
  type PrivateCluster,
  type PrivateRedis,
  type PrivateServer,
} from './backends/test-backends.js';
export { startRedisProxy, type RedisProxy } from './backends/redis-proxy.js';
export { middleOf } from './middle-of.js';
export { installPackage, type InstallPackageOptions, type NpmProgram } from './process/install-package.js';
export { nextPort, nextPorts } from './process/next-port.js';
export {
  startProcess,
  type ProcessExit,
  type RunningProcess,
  type StartProcessOptions,
} from './process/start-process.js';
export { repositoryFile, repositoryRoot } from './repository.js';
export {
  HTML_PAGE,
  frameEvent,
  type Answer,
  type ReplayDialect,
  type StreamAnswer,
  type StreamEnding,
  type WholeAnswer,
} from './upstream/answer.js';
export { checkAnthropicRequest } from './upstream/check-anthropic-request.js';
export { checkGeminiRequest } from './upstream/check-gemini-request.js';
export { checkOpenaiChatRequest } from './upstream/check-openai-chat-request.js';
export { checkResponsesRequest } from './upstream/check-responses-request.js';
export {
  startReplayUpstream,
  type RecordedRequest,
  type ReplayUpstream,
  type ReplayUpstreamOptions,
} from './upstream/replay-upstream.js';
export {
  anthropicBody,
  anthropicPayloads,
  errorAnswer,
  geminiBody,
  geminiPayloads,
  openaiChatBody,
  openaiChatPayloads,
  sampleAnswer,
} from './upstream/sample-answers.js';
export { responsesBody, responsesPayloads } from './upstream/sample-responses.js';
export type { Sample } from './upstream/sample.js';
export { SAMPLE_SOUND } from './upstream/sample-surface-answer.js';
export { sharedFixtures, type Fixture, type SharedFixtures } from './fixtures/shared-fixtures.js';
export { startOtlpCollector, type OtlpCollector, type ReceivedSpan } from './otlp/otlp-collector.js';
export { validateAnthropicResponse } from './validate/anthropic-response.js';
export { validateAnthropicStream } from './validate/anthropic-stream.js';
export { validateGeminiResponse } from './validate/gemini-response.js';
export { validateGeminiStream } from './validate/gemini-stream.js';
export { validateOpenaiChatResponse } from './validate/openai-chat-response.js';
export { validateOpenaiChatStream } from './validate/openai-chat-stream.js';
export { validateResponsesResponse } from './validate/openai-responses-response.js';
export { validateResponsesStream } from './validate/openai-responses-stream.js';
export { openaiSpecification, type OpenaiSpecification } from './validate/openai-specification.js';
export { parsePrometheusText, type Scrape } from './validate/prometheus-text.js';
export type { ValidateStreamOptions } from './validate/stream-ending.js';
