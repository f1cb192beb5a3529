import { GatewayError } from '@switchyard/canonical';
import type { Resolution } from '@switchyard/routing';
import type { Grant, RuleStanding } from '@switchyard/shared-state';
import type { TraceSpan } from '@switchyard/telemetry';
import type { Cancellation } from '@switchyard/wire';

import type { Caller } from '../authenticate/authenticate.js';
import type { AttemptRecord } from '../dispatch/attempt-record.js';
import type { ClientRequest } from './http-exchange.js';
import type { BodyFacts } from './scan-body.js';
import type { Surface } from './surfaces.js';

/** What ends a request before its time. Its `abortSignal` is made for whoever takes no other: few requests need one. */
export type EndSignal = Omit<Cancellation, 'abort'>;

/** Why a request ends whose client went away. */
export function clientGone(): GatewayError {
  return new GatewayError('client_closed', 'the client went away');
}

/** What is known of one request, gathered by the stages in their order. */
export interface RequestContext {
  readonly requestId: string;
  readonly surface: Surface;
  /** The request itself, or the one that opened the WebSocket. */
  readonly request: ClientRequest;
  readonly span: TraceSpan;
  /** Milliseconds of the monotonic clock when the request came. */
  readonly receivedAtMs: number;
  /** Aborts when the client goes away or the total deadline passes. */
  readonly signal: EndSignal;
  /** Those that are over. */
  readonly attempts: AttemptRecord[];
  attemptsBegun: number;
  caller?: Caller | undefined;
  facts?: BodyFacts | undefined;
  /** What the name in `facts` stands for. */
  resolution?: Resolution | undefined;
  /** What the request was granted under its limits; settled when it is over. */
  grant?: Grant | undefined;
  /** How its limits stand. */
  standings?: readonly RuleStanding[] | undefined;
  bodyBytes?: number | undefined;
  snapshotVersion?: number | undefined;
  /** When the first byte of the answer was written. */
  firstByteAtMs?: number | undefined;
  /** The part of the time until then that was ours, as `x-switchyard-overhead-ms` told it. */
  overheadMs?: number | undefined;
}
