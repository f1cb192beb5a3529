import type { LoggerService } from '@nestjs/common';
import type { Logger } from '@switchyard/telemetry';

/** Nest's own messages as JSON lines of the service's logger; its start-up chatter only at debug. */
export function createNestLogger(logger: Logger): LoggerService {
  const write = (level: 'debug' | 'warn' | 'error', message: unknown, context: unknown): void => {
    logger[level]({ context: typeof context === 'string' ? context : undefined }, String(message));
  };
  return {
    log: (message, context) => write('debug', message, context),
    debug: (message, context) => write('debug', message, context),
    verbose: (message, context) => write('debug', message, context),
    warn: (message, context) => write('warn', message, context),
    error: (message, ...rest) => write('error', message, rest.at(-1)),
    fatal: (message, context) => write('error', message, context),
  };
}
