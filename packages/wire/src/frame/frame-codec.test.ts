import fc from 'fast-check';

import { FrameBatch } from './frame-batch.js';
import { FrameDecoder } from './frame-decoder.js';
import {
  CREDIT_BYTES,
  FrameType,
  HEADER_BYTES,
  MAX_CHUNK_BYTES,
  MAX_HELLO_BYTES,
  MAX_PAYLOAD_BYTES,
} from './frame-type.js';
import { WireProtocolError } from './protocol-error.js';

const RUNS = process.env['SWITCHYARD_TEST_LONG'] === '1' ? 20_000 : 300;

interface Frame {
  readonly type: FrameType;
  readonly streamId: number;
  readonly payload: Buffer;
}

const HELLO: Frame = { type: FrameType.hello, streamId: 0, payload: Buffer.from('{}') };

function encode(frames: readonly Frame[]): Buffer {
  const batch = new FrameBatch();
  for (const frame of frames) batch.add(frame.type, frame.streamId, frame.payload);
  return Buffer.concat(batch.take());
}

function header(length: number, type: number, streamId: number): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.writeUInt32BE(length, 0);
  bytes.writeUInt8(type, 4);
  bytes.writeUInt32BE(streamId, 5);
  return bytes;
}

/** Decodes pieces; pieces of `body` frames that follow each other on one stream are joined. */
function decode(pieces: readonly Buffer[]): readonly Frame[] {
  const frames: Frame[] = [];
  const decoder = new FrameDecoder((type, streamId, payload) => {
    const last = frames.at(-1);
    if (type === FrameType.body && last?.type === type && last.streamId === streamId) {
      frames[frames.length - 1] = { type, streamId, payload: Buffer.concat([last.payload, payload]) };
      return;
    }
    frames.push({ type, streamId, payload });
  });
  for (const piece of pieces) decoder.push(piece);
  return frames;
}

function split(bytes: Buffer, sizes: readonly number[]): readonly Buffer[] {
  const pieces: Buffer[] = [];
  let offset = 0;
  for (let index = 0; offset < bytes.length; index += 1) {
    const size = sizes[index % sizes.length] ?? bytes.length;
    pieces.push(bytes.subarray(offset, offset + size));
    offset += size;
  }
  return pieces;
}

function violationOf(pieces: readonly Buffer[]): string {
  try {
    decode(pieces);
  } catch (error) {
    if (error instanceof WireProtocolError) return error.violation;
    throw error;
  }
  return 'none';
}

const streamIds = fc.integer({ min: 1, max: 0xffff_ffff });
const payloads = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 40 }),
  fc.uint8Array({ minLength: 2000, maxLength: 5000 }),
);
const frames: fc.Arbitrary<Frame> = fc.oneof(
  fc
    .tuple(fc.constantFrom(FrameType.open, FrameType.head, FrameType.data, FrameType.end), streamIds, payloads)
    .map(([type, streamId, bytes]) => ({ type, streamId, payload: Buffer.from(bytes) })),
  fc
    .tuple(streamIds, payloads)
    .map(([streamId, bytes]) => ({ type: FrameType.body, streamId, payload: Buffer.from(bytes) })),
  streamIds.map((streamId) => ({ type: FrameType.cancel, streamId, payload: Buffer.alloc(0) })),
  streamIds.map((streamId) => ({ type: FrameType.credit, streamId, payload: Buffer.alloc(CREDIT_BYTES, 7) })),
  fc.constantFrom(FrameType.ping, FrameType.pong).map((type) => ({ type, streamId: 0, payload: Buffer.alloc(0) })),
);

/** As `decode` gives them: the bytes of a body matter, not its frames. */
function withBodiesJoined(list: readonly Frame[]): readonly Frame[] {
  const joined: Frame[] = [];
  for (const frame of list) {
    const last = joined.at(-1);
    if (frame.type === FrameType.body && last?.type === frame.type && last.streamId === frame.streamId) {
      joined[joined.length - 1] = { ...frame, payload: Buffer.concat([last.payload, frame.payload]) };
    } else {
      joined.push(frame);
    }
  }
  return joined;
}

describe('the frame codec', () => {
  it('lays a frame out as length, type, stream id and payload, big-endian', () => {
    const bytes = encode([{ type: FrameType.data, streamId: 0x01020304, payload: Buffer.from('hi') }]);
    expect(bytes.toString('hex')).toBe('00000002' + '05' + '01020304' + '6869');
  });

  it('gives the same frames back however the bytes are split', () => {
    fc.assert(
      fc.property(
        fc.array(frames, { maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 10 }),
        (list, sizes) => {
          const all = [HELLO, ...list];
          expect(decode(split(encode(all), sizes))).toEqual(withBodiesJoined(all));
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('gives the same frames back byte by byte', () => {
    const all = [
      HELLO,
      { type: FrameType.open, streamId: 1, payload: Buffer.from('{"a":1}') },
      { type: FrameType.cancel, streamId: 1, payload: Buffer.alloc(0) },
      { type: FrameType.data, streamId: 1, payload: Buffer.alloc(3000, 'x') },
    ];
    expect(decode(split(encode(all), [1]))).toEqual(all);
  });

  it('hands on a payload that arrived whole without copying it, but for data, which readers keep', () => {
    const payload = Buffer.alloc(5000, 'x');
    const bytes = encode([
      HELLO,
      { type: FrameType.end, streamId: 1, payload },
      { type: FrameType.data, streamId: 2, payload },
    ]);
    const [, end, data] = decode([bytes]);
    expect(end?.payload.buffer).toBe(bytes.buffer);
    bytes.fill(0);
    expect(data?.payload).toEqual(payload);
  });

  it('takes a long payload by reference and a short one into the write before it', () => {
    const batch = new FrameBatch();
    const long = Buffer.alloc(10_000, 'x');
    batch.add(FrameType.data, 1, Buffer.from('short'));
    batch.add(FrameType.data, 2, long);
    batch.add(FrameType.data, 3, Buffer.from('short'));
    const segments = batch.take();
    expect(segments).toHaveLength(3);
    expect(segments[1]).toBe(long);
    expect(batch.bytes).toBe(0);
  });

  it('never writes again into bytes that were taken', () => {
    fc.assert(
      fc.property(fc.array(fc.array(frames, { minLength: 1, maxLength: 6 }), { maxLength: 12 }), (rounds) => {
        const batch = new FrameBatch();
        const taken: { readonly segments: readonly Buffer[]; readonly before: string }[] = [];
        for (const round of rounds) {
          for (const frame of round) batch.add(frame.type, frame.streamId, frame.payload);
          const segments = batch.take();
          taken.push({ segments, before: Buffer.concat(segments).toString('hex') });
        }
        for (const { segments, before } of taken) expect(Buffer.concat(segments).toString('hex')).toBe(before);
      }),
      { numRuns: 50 },
    );
  });

  it('uses the memory of what was written again, but not while frames wait in it', () => {
    const batch = new FrameBatch();
    const takeOne = (text: string): Buffer => {
      batch.add(FrameType.data, 1, Buffer.from(text));
      return batch.take()[0] ?? Buffer.alloc(0);
    };
    const first = takeOne('first');
    batch.written();
    const second = takeOne('other');
    expect([second.buffer, second.byteOffset]).toEqual([first.buffer, first.byteOffset]);
    batch.add(FrameType.data, 1, Buffer.from('third'));
    batch.written();
    expect(takeOne('fourth').toString()).toMatch(/third.*fourth/s);
    expect(second.toString()).toMatch(/other$/);
  });
});

describe('the frame decoder, given what no peer of ours sends,', () => {
  it.each([
    ['an unknown type', header(1, 12, 1), 'unknown-frame-type'],
    ['type 0', header(1, 0, 1), 'unknown-frame-type'],
    ['a giant length', header(0xffff_ffff, FrameType.data, 1), 'bad-length'],
    ['data over its limit', header(MAX_CHUNK_BYTES + 1, FrameType.data, 1), 'bad-length'],
    ['a payload over its limit', header(MAX_PAYLOAD_BYTES + 1, FrameType.end, 1), 'bad-length'],
    ['empty data', header(0, FrameType.data, 1), 'bad-length'],
    ['cancel with a payload', header(1, FrameType.cancel, 1), 'bad-length'],
    ['credit of three bytes', header(3, FrameType.credit, 1), 'bad-length'],
    ['ping on a stream', header(0, FrameType.ping, 1), 'bad-stream-id'],
    ['data on stream 0', header(1, FrameType.data, 0), 'bad-stream-id'],
    ['a second hello', header(1, FrameType.hello, 0), 'unexpected-frame'],
  ])('refuses %s', (_name, bytes, violation) => {
    expect(violationOf([encode([HELLO]), bytes])).toBe(violation);
  });

  it('refuses anything before hello', () => {
    expect(violationOf([header(10, FrameType.open, 1)])).toBe('hello-expected');
    expect(violationOf([header(MAX_HELLO_BYTES + 1, FrameType.hello, 0)])).toBe('bad-length');
  });

  it('stays refused', () => {
    const decoder = new FrameDecoder(() => {});
    expect(() => decoder.push(header(10, FrameType.open, 1))).toThrow(WireProtocolError);
    expect(() => decoder.push(encode([HELLO]))).toThrow(WireProtocolError);
  });

  it('throws nothing but a protocol error on random bytes, and hands on no more than it was given', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 20 }), fc.boolean(), (pieces, greeted) => {
        let given = 0;
        let taken = 0;
        const decoder = new FrameDecoder((_type, _streamId, payload) => (taken += payload.length));
        try {
          for (const piece of greeted ? [encode([HELLO]), ...pieces] : pieces) {
            given += piece.length;
            decoder.push(Buffer.from(piece));
          }
        } catch (error) {
          expect(error).toBeInstanceOf(WireProtocolError);
        }
        expect(taken).toBeLessThanOrEqual(given);
      }),
      { numRuns: RUNS * 4 },
    );
  });

  it('throws nothing but a protocol error on damaged frames', () => {
    const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(frames, { minLength: 1, maxLength: 6 }), flips, (list, damage) => {
        const bytes = encode([HELLO, ...list]);
        for (const [at, value] of damage) bytes[at % bytes.length] = value;
        expect(() => violationOf(split(bytes, [97]))).not.toThrow();
      }),
      { numRuns: RUNS },
    );
  });

  it('holds at most one declared payload, whatever is announced', () => {
    const before = process.memoryUsage().arrayBuffers;
    const decoders = Array.from({ length: 50 }, () => {
      const decoder = new FrameDecoder(() => {});
      decoder.push(encode([HELLO]));
      // The largest frame there is, announced and begun but never finished.
      decoder.push(Buffer.concat([header(MAX_PAYLOAD_BYTES, FrameType.end, 1), Buffer.from('x')]));
      return decoder;
    });
    const held = process.memoryUsage().arrayBuffers - before;
    expect(held / decoders.length).toBeLessThan(MAX_PAYLOAD_BYTES * 1.2);
  });
});
