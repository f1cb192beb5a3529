import type { Socket } from 'node:net';

import type { RequestHead } from './read-head.js';

/** Why a body cannot be had. */
export class BodyError extends Error {
  constructor(readonly reason: 'gone' | 'late') {
    super(reason === 'gone' ? 'the client went away while sending its request' : 'the body did not arrive in time');
  }
}

// A body that nobody has asked for yet stays in the kernel but for this.
const UNASKED_BYTES = 64 * 1024;
// Where a body of many pieces is put together as they come. Smaller ones are copied at their end, in no time.
const LARGE_BYTES = 256 * 1024;

/** A request that came whole in its head; its body may still be coming. */
export class FrontRequest {
  readonly method = 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly contentLength: number;
  readonly #socket: Socket;
  /** Bytes of the body that have not come. */
  #left: number;
  /** What came of the body: mostly it is one piece. */
  #first: Buffer | undefined;
  #others: Buffer[] | undefined;
  /** The memory that a large body is put together in, once it was asked for. */
  #whole: Buffer | undefined;
  #failure: BodyError | undefined;
  #asked: PromiseWithResolvers<Buffer> | undefined;
  #isUnwanted = false;

  constructor(socket: Socket, head: RequestHead) {
    this.url = head.target;
    this.headers = head.headers;
    this.contentLength = head.contentLength;
    this.#socket = socket;
    this.#left = head.contentLength;
  }

  /** Of whom the address is. */
  get socket(): Pick<Socket, 'remoteAddress'> {
    return this.#socket;
  }

  get isComplete(): boolean {
    return this.#left === 0;
  }

  /**
   * The body as it was sent: at once where it is there already. To be called once, and only for a `contentLength` that one is ready to hold.
   *
   * @throws BodyError
   */
  readBody(): Buffer | Promise<Buffer> {
    if (this.#left === 0) return this.#takeWhole();
    this.#asked = Promise.withResolvers();
    if (this.#failure !== undefined) this.#asked.reject(this.#failure);
    if (this.contentLength > LARGE_BYTES) this.#makeRoom();
    this.#socket.resume();
    return this.#asked.promise;
  }

  /** Takes what belongs to the body; returns how many bytes of `bytes`, from `start` on, that were. */
  take(bytes: Buffer, start: number): number {
    const length = Math.min(this.#left, bytes.length - start);
    if (length > 0 && !this.#isUnwanted) this.#keep(bytes, { start, length });
    this.#left -= length;
    if (this.#left === 0) this.#asked?.resolve(this.#takeWhole());
    else if (this.#asked === undefined && !this.#isUnwanted && this.#received > UNASKED_BYTES) this.#socket.pause();
    return length;
  }

  /** What is still to come is heard, and not kept: whoever sends it must have read the answer before the socket may close. */
  discard(): void {
    this.#isUnwanted = true;
    this.#drop();
    if (this.#left > 0) this.#socket.resume();
  }

  /** Nothing more comes. */
  fail(reason: BodyError['reason']): void {
    if (this.#left === 0 || this.#failure !== undefined) return;
    this.#failure = new BodyError(reason);
    this.#asked?.reject(this.#failure);
  }

  get #received(): number {
    return this.contentLength - this.#left;
  }

  #makeRoom(): void {
    const whole = Buffer.allocUnsafeSlow(this.contentLength);
    let place = 0;
    for (const piece of this.#pieces()) place += piece.copy(whole, place);
    this.#drop();
    this.#whole = whole;
  }

  #keep(bytes: Buffer, { start, length }: { readonly start: number; readonly length: number }): void {
    if (this.#whole !== undefined) {
      bytes.copy(this.#whole, this.#received, start, start + length);
      return;
    }
    const piece = length === bytes.length ? bytes : bytes.subarray(start, start + length);
    if (this.#first === undefined) this.#first = piece;
    else if (this.#others === undefined) this.#others = [piece];
    else this.#others.push(piece);
  }

  #takeWhole(): Buffer {
    const sole = this.#others === undefined ? this.#first : undefined;
    const whole = this.#whole ?? sole ?? Buffer.concat(this.#pieces());
    this.#drop();
    return whole;
  }

  #pieces(): readonly Buffer[] {
    return this.#first === undefined ? [] : [this.#first, ...(this.#others ?? [])];
  }

  #drop(): void {
    this.#first = undefined;
    this.#others = undefined;
    this.#whole = undefined;
  }
}
