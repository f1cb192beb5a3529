/** Where the wire tells what it sees of its connections. A pino logger is one. Never told: tokens, bodies, data. */
export interface WireLogger {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
}

/** Tells nobody. */
export const SILENT_LOGGER: WireLogger = { info: () => {}, warn: () => {} };
