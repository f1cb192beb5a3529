import { pino, type DestinationStream, type Logger } from 'pino';

import { describeError } from './describe-error.js';
import { createLogOutput } from './log-output.js';
import { registerLines } from './log-record.js';
import { redactSecrets } from './redact-secrets.js';

export type { Logger } from 'pino';

const STANDARD_OUTPUT = 1;

export interface LoggerOptions {
  readonly service: string;
  /** Which of several processes of the service this is. */
  readonly process?: number | undefined;
  /** `trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`. */
  readonly level: string;
  /** Standard output, if not given. */
  readonly destination?: DestinationStream | undefined;
}

/**
 * A logger of JSON lines. Values of secret-looking fields are replaced at any depth, and an error under `err` is
 * reduced to its type, message, code and frames. Bindings of child loggers are not looked at: keep them to ids.
 */
export function createLogger(options: LoggerOptions): Logger {
  const base = { service: options.service, ...(options.process === undefined ? {} : { process: options.process }) };
  const settings = {
    level: options.level,
    base,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: redactSecrets,
    },
    serializers: { err: describeError },
  };
  const destination = options.destination ?? createLogOutput(STANDARD_OUTPUT);
  const logger = pino(settings, destination);
  registerLines(logger, { destination, base: JSON.stringify(base).slice(1, -1) });
  return logger;
}
