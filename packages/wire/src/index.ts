export {
  failedEnd,
  type AttemptDeadlines,
  type AttemptEnd,
  type AttemptError,
  type AttemptHandler,
  type AttemptHead,
  type AttemptOpen,
  type AttemptReply,
  type AttemptTimings,
  type AttemptTransport,
  type Operation,
} from './attempt.js';
