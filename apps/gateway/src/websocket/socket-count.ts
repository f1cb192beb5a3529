import { GatewayError } from '@switchyard/canonical';

/** How many WebSockets may be open in this process. */
export interface SocketLimits {
  /** For one client key. */
  readonly perKey: number;
  readonly inTotal: number;
}

/** Nobody knows when a socket will close; this keeps those who wait from asking all the time. */
const RETRY_AFTER_MS = 10_000;

/** Counts the open WebSockets: each holds memory, whether or not it ever asks for anything. */
export class SocketCount {
  private readonly byKey = new Map<string, number>();
  private total = 0;

  constructor(private readonly limits: SocketLimits) {}

  /** @throws GatewayError `too_many_connections` when one more would be too many. */
  check(keyId: string): void {
    const { perKey, inTotal } = this.limits;
    if (this.of(keyId) >= perKey) {
      throw tooMany(`this key has ${perKey} WebSockets open here, and no more are kept: close one first`);
    }
    if (this.total >= inTotal) throw tooMany('the gateway keeps no more WebSockets open: ask over HTTP, or try again');
  }

  opened(keyId: string): void {
    this.byKey.set(keyId, this.of(keyId) + 1);
    this.total += 1;
  }

  closed(keyId: string): void {
    const left = this.of(keyId) - 1;
    if (left > 0) this.byKey.set(keyId, left);
    else this.byKey.delete(keyId);
    this.total -= 1;
  }

  private of(keyId: string): number {
    return this.byKey.get(keyId) ?? 0;
  }
}

function tooMany(message: string): GatewayError {
  return new GatewayError('too_many_connections', message, { retryAfterMs: RETRY_AFTER_MS });
}
