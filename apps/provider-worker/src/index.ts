export { createAttemptHandler, type AttemptDependencies } from './handle-attempt.js';
export type { TargetSource } from './prepare/resolve-target.js';
export { observeSnapshot, startWorker, type Worker, type WorkerOptions } from './serve/start-worker.js';
