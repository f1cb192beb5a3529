import { connect, type Socket } from 'node:net';

import { FrameDecoder } from '../frame/frame-decoder.js';
import { FrameType } from '../frame/frame-type.js';
import { decodeEnd } from '../payload/end-payload.js';
import { encodeOpen } from '../payload/open-payload.js';
import type { Misunderstood } from '../payload/payload-reader.js';
import { WIRE_VERSION } from '../schema.js';
import type { AttemptEnd } from '../attempt.js';
import { OPEN } from './attempt.js';
import { TOKEN } from './peers.js';

export interface ReceivedFrame {
  readonly type: FrameType;
  readonly streamId: number;
  readonly payload: Buffer;
}

/** A client of the wire that can be as rude as a test needs. */
export class RawPeer {
  readonly socket: Socket;
  readonly frames: ReceivedFrame[] = [];
  readonly closed: Promise<void>;
  isClosed = false;

  constructor(port: number) {
    this.socket = connect({ host: '127.0.0.1', port });
    const decoder = new FrameDecoder((type, streamId, payload) => {
      this.frames.push({ type, streamId, payload: Buffer.from(payload) });
    });
    this.socket.on('data', (chunk: Buffer) => decoder.push(chunk));
    this.socket.on('error', () => {});
this.closed = new Promise((resolve) => {
      this.socket.on('close', () => {
        this.isClosed = true;
        resolve();
      });
    });
  }

  send(type: number, streamId: number, payload: Buffer | object = Buffer.alloc(0)): this {
    const bytes = Buffer.isBuffer(payload) ? payload : Buffer.from(JSON.stringify(payload));
    const header = Buffer.alloc(9);
    header.writeUInt32BE(bytes.length, 0);
    header.writeUInt8(type, 4);
    header.writeUInt32BE(streamId, 5);
    this.socket.write(Buffer.concat([header, bytes]));
    return this;
  }

  hello(token = TOKEN, version = WIRE_VERSION): this {
    return this.send(FrameType.hello, 0, { version, token });
  }

  open(streamId: number, bodyBytes: number, changes: object = {}): this {
    return this.send(FrameType.open, streamId, encodeOpen(bodyBytes, { ...OPEN, ...changes }));
  }

  received(type: FrameType): readonly ReceivedFrame[] {
    return this.frames.filter((frame) => frame.type === type);
  }

  /** How the attempts ended that have. */
  get ends(): readonly (AttemptEnd | Misunderstood)[] {
    return this.received(FrameType.end).map(({ payload }) => decodeEnd(payload));
  }

  /** The JSON of the first frame of a type. */
  json(type: FrameType): unknown {
    const first = this.received(type)[0];
    return first === undefined ? undefined : JSON.parse(first.payload.toString());
  }
}

