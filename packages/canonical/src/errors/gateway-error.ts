import { ERROR_CODES, type ErrorCode, type ErrorScope } from './codes.js';

/** An error as plain data: what crosses the wire, and what dialects encode. Holds no secret and no prompt. */
export interface GatewayErrorData {
  readonly code: ErrorCode;
  readonly message: string;
  /** The status a client is to see. */
  readonly status: number;
  /** The request's parameter at fault, where one is. */
  readonly param?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  /** What the upstream itself said, where it did. */
  readonly upstream?: UpstreamErrorFacts | undefined;
}

export interface UpstreamErrorFacts {
  readonly status?: number | undefined;
  readonly code?: string | undefined;
  readonly type?: string | undefined;
}

export interface GatewayErrorOptions {
  readonly cause?: unknown;
  readonly status?: number | undefined;
  readonly param?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly upstream?: UpstreamErrorFacts | undefined;
}

/** The one error class. Its code decides status, retry and metric; its message says what to do. */
export class GatewayError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly param: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly upstream: UpstreamErrorFacts | undefined;

  constructor(code: ErrorCode, message: string, options: GatewayErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'GatewayError';
    this.code = code;
    this.status = options.status ?? ERROR_CODES[code].status;
    this.param = options.param;
    this.retryAfterMs = options.retryAfterMs;
    this.upstream = options.upstream;
  }

  get retryable(): boolean {
    return ERROR_CODES[this.code].retryable;
  }

  get scope(): ErrorScope {
    return ERROR_CODES[this.code].scope;
  }

  /** The error as data, without its cause and stack. */
  toData(): GatewayErrorData {
    return {
      code: this.code,
      message: this.message,
      status: this.status,
      param: this.param,
      retryAfterMs: this.retryAfterMs,
      upstream: this.upstream,
    };
  }
}

/** Anything thrown, as a GatewayError. What is not ours becomes `internal`, its text kept as the cause only. */
export function toGatewayError(thrown: unknown): GatewayError {
  if (thrown instanceof GatewayError) return thrown;
  return new GatewayError('internal', 'the gateway failed in a way it did not expect; its log has the cause', {
    cause: thrown,
  });
}
