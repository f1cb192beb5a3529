import type { GatewayError } from '@switchyard/canonical';

import type { Call, CallOwner } from '../call.js';
import { describeFault } from '../describe-failure.js';
import type { Address } from './address.js';
import { Connection, type ConnectionOwner } from './connection.js';
import { IDLE_MS } from './keep-alive.js';
import { writeRequestHead } from './request-head.js';

interface WaitingCall {
  readonly call: Call;
  /** What it will send before its body. */
  readonly head: string;
}

/**
 * The connections to an origin, and the calls that wait for one.
 *
 * Calls are matched with connections once a turn, when all that the event loop had to tell has been told: a connection that the server has
 * closed, or sent something on that nobody asked for, is known by then and takes no call. One whose answer ended in this turn
 * rests until the next for the same reason. There is no second try: what is sent on a connection may have been acted upon.
 */
export class OriginPool implements CallOwner, ConnectionOwner {
  readonly #address: Address;
  readonly #limit: number;
  /** In order of arrival. Not a Set: the tables that one outgrows keep what was in them alive until the next full collection. */
  #waiting: WaitingCall[] = [];
  readonly #open = new Set<Connection>();
  readonly #connecting = new Set<Connection>();
  #idle: Connection[] = [];
  #resting: Connection[] = [];
  #calls = 0;
  #willSettle = false;
  #session: Buffer | undefined;

  constructor(address: Address, limit: number) {
    this.#address = address;
    this.#limit = limit;
  }

  get calls(): number {
    return this.#calls;
  }

  send(call: Call, address: Address): void {
    this.#calls += 1;
    call.startWith(this);
    const head = writeRequestHead(address, call.request);
    if (head === undefined) {
      call.onError(describeFault(address.host, 'forbidden-header'));
      return;
    }
    this.#waiting.push({ call, head });
    this.#settleSoon();
  }

  /** Closes every connection; calls under way fail. */
  close(): void {
    for (const { call } of this.#waiting) call.onError(describeFault(this.#address.host, 'closing'));
    for (const connection of this.#open) connection.destroy();
  }

  onOver(): void {
    this.#calls -= 1;
  }

  onLeft(call: Call): void {
    this.#waiting = this.#waiting.filter((waiting) => waiting.call !== call);
    // A handshake that went on without anyone waiting for it would not be a call that was cancelled at once.
    for (const connection of this.#connecting) {
      if (this.#connecting.size <= this.#waiting.length) return;
      connection.abort();
    }
  }

  onConnected(connection: Connection): void {
    this.#connecting.delete(connection);
    // The call that has waited longest then gets the connection that stood first.
    this.#idle.unshift(connection);
    connection.rest(IDLE_MS);
    this.#settleSoon();
  }

  onFree(connection: Connection): void {
    this.#resting.push(connection);
    this.#settleSoon();
  }

  onClosed(connection: Connection, failure: GatewayError | undefined): void {
    this.#open.delete(connection);
    this.#idle = without(this.#idle, connection);
    this.#resting = without(this.#resting, connection);
    this.#connecting.delete(connection);
    if (failure !== undefined) this.#failWaiting(failure);
    if (this.#waiting.length > 0) this.#settleSoon();
  }

  onSession(session: Buffer): void {
    this.#session = session;
  }

  /** A connection that was not made fails the call that has waited longest, unless others are being made for all that wait. */
  #failWaiting(failure: GatewayError): void {
    // A session that the server no longer knows must not stand in the way of the next handshake.
    this.#session = undefined;
    if (this.#waiting.length > this.#connecting.size) this.#waiting[0]?.call.onError(failure);
  }

  #settleSoon(): void {
    if (this.#willSettle) return;
    this.#willSettle = true;
    setImmediate(this.#settle);
  }

  readonly #settle = (): void => {
    this.#willSettle = false;
    this.#sendWaiting();
    const rested = this.#resting;
    if (rested.length > 0) {
      this.#resting = [];
      for (const connection of rested) {
        connection.rest(IDLE_MS);
        this.#idle.push(connection);
      }
    }
    if (this.#waiting.length === 0) return;
    if (rested.length > 0) this.#settleSoon();
    for (const { call } of this.#waiting.slice(this.#idle.length)) call.onWait();
    this.#connect();
  };

  #sendWaiting(): void {
    while (this.#waiting.length > 0) {
      const connection = this.#takeIdle();
      if (connection === undefined) return;
      const waiting = this.#waiting.shift();
      if (waiting !== undefined) connection.send(waiting.call, waiting.head);
    }
  }

  /** The one used last: the others may then grow old and be closed. */
  #takeIdle(): Connection | undefined {
    for (;;) {
      const connection = this.#idle.pop();
      if (connection === undefined || connection.idle) return connection;
    }
  }

  #connect(): void {
    const missing = this.#waiting.length - this.#idle.length - this.#connecting.size;
    for (const { call } of this.#waiting.slice(0, Math.max(missing, 0))) {
      if (this.#open.size >= this.#limit) return;
      const { connectMs } = call.request.deadlines;
      const connection = new Connection({ address: this.#address, connectMs, session: this.#session, owner: this });
      this.#open.add(connection);
      this.#connecting.add(connection);
    }
  }
}

function without(connections: Connection[], connection: Connection): Connection[] {
  return connections.includes(connection) ? connections.filter((other) => other !== connection) : connections;
}
