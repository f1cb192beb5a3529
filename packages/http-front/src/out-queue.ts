import type { Socket } from 'node:net';

// Beyond this it costs less to hand the pieces to the kernel one by one than to copy them into one.
export const COPY_BYTES = 16 * 1024;

// Up to this length a text, such as the size of a chunk, costs less to write here than to have written by the runtime.
const SHORT_TEXT = 16;

/** Bytes on their way to a socket: those of one turn of the event loop go out together. */
export class OutQueue {
  #pieces: (Buffer | string)[] = [];
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /** Texts are Latin-1. */
  add(piece: Buffer | string): void {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
  }

  writeTo(socket: Socket): void {
    const pieces = this.#pieces;
    const bytes = this.#bytes;
    if (bytes === 0) return;
    this.#pieces = [];
    this.#bytes = 0;
    if (bytes <= COPY_BYTES) {
      socket.write(joined(pieces, bytes));
      return;
    }
    socket.cork();
    for (const piece of pieces) {
      if (typeof piece === 'string') socket.write(piece, 'latin1');
      else socket.write(piece);
    }
    socket.uncork();
  }
}

/** A Latin-1 text and bytes behind it. */
export function joinedTo(text: string, bytes: Buffer): Buffer {
  const whole = Buffer.allocUnsafe(text.length + bytes.length);
  bytes.copy(whole, whole.write(text, 0, 'latin1'));
  return whole;
}

function joined(pieces: readonly (Buffer | string)[], bytes: number): Buffer {
  const whole = Buffer.allocUnsafe(bytes);
  let place = 0;
  for (const piece of pieces) {
    place += typeof piece === 'string' ? writeText(whole, place, piece) : piece.copy(whole, place);
  }
  return whole;
}

function writeText(whole: Buffer, place: number, text: string): number {
  if (text.length > SHORT_TEXT) return whole.write(text, place, 'latin1');
  for (let at = 0; at < text.length; at += 1) whole[place + at] = text.charCodeAt(at);
  return text.length;
}
