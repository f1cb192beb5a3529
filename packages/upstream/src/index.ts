export type {
  AnswerStream,
  CallSignal,
  UpstreamDeadlines,
  UpstreamRequest,
  UpstreamResponse,
} from './upstream-call.js';
export { createUpstreamClient, type UpstreamClient, type UpstreamClientOptions } from './upstream-client.js';
