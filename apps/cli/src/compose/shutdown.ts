import type { Logger } from '@switchyard/telemetry';

/** Things that were opened, to be closed in reverse. */
export class Closers {
  private readonly stack: { readonly name: string; close(): Promise<void> | void }[] = [];

  constructor(private readonly logger: Logger) {}

  add(name: string, close: () => Promise<void> | void): void {
    this.stack.push({ name, close });
  }

  /** Closes everything; one that fails does not keep the others open. */
  async close(): Promise<void> {
    for (let next = this.stack.pop(); next !== undefined; next = this.stack.pop()) {
      try {
        await next.close();
      } catch (error) {
        this.logger.warn({ err: error, part: next.name }, 'a part did not close cleanly');
      }
    }
  }
}

/**
 * Resolves at SIGTERM or SIGINT. A second one ends the process at once, for an operator who will not wait for the drain;
 * `beforeExit` runs just before.
 */
export function untilSignal(beforeExit?: () => void): Promise<NodeJS.Signals> {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>();
  let asked = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (asked) {
      beforeExit?.();
      process.exit(130);
    }
    asked = true;
    resolve(signal);
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return promise;
}
